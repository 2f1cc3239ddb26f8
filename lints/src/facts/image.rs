//! The data of a module: finding texts in it, and the words that point into it.

use memchr::memmem;

use super::module::Segment;

/// A text found in the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found<'a> {
    /// Which of the texts.
    pub(crate) text: usize,
    /// Where it is loaded, when the segment's address is known.
    pub(crate) address: Option<u32>,
    /// Where it is in the file.
    pub(crate) place: u64,
    /// The segment from there on.
    pub(crate) rest: &'a [u8],
}

/// All places of the texts in the data. One vectorised scan a text: with as few texts as rules have,
/// that is several times faster than one automaton for all.
pub(crate) fn find<'a>(data: &[Segment<'a>], texts: &[&str]) -> Vec<Found<'a>> {
    let mut found = Vec::new();
    for (text, content) in texts.iter().enumerate() {
        let finder = memmem::Finder::new(content);
        for segment in data {
            for at in finder.find_iter(segment.bytes) {
                let address = segment.address.map(|start| start + at as u64);
                found.push(Found {
                    text,
                    address: address.and_then(|address| u32::try_from(address).ok()),
                    place: segment.range.start + at as u64,
                    rest: &segment.bytes[at..],
                });
            }
        }
    }
    found
}

/// An aligned word in the data whose value is an address in the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pointer {
    /// Where the word is loaded.
    pub(crate) at: u32,
    /// The address it holds.
    pub(crate) to: u32,
    /// The value of the word that follows: a length, where the two describe a slice.
    pub(crate) next: u32,
}

/// All words that may be pointers into the data, by address.
pub(crate) fn pointers(data: &[Segment<'_>]) -> Vec<Pointer> {
    let loaded: Vec<(u32, &[u8])> = data
        .iter()
        .filter_map(|segment| Some((u32::try_from(segment.address?).ok()?, segment.bytes)))
        .collect();
    let low = loaded
        .iter()
        .map(|(start, _)| *start)
        .min()
        .unwrap_or(u32::MAX);
    let end = |(start, bytes): &(u32, &[u8])| u64::from(*start) + bytes.len() as u64;
    let high = loaded.iter().map(end).max().unwrap_or(0);
    let word = |bytes: &[u8]| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    let mut found = Vec::new();
    for (start, bytes) in loaded {
        let skip = (4 - start as usize % 4) % 4;
        let words = bytes.get(skip..).unwrap_or_default().chunks_exact(4);
        let mut at = start.wrapping_add(u32::try_from(skip).unwrap_or(0));
        let mut following = words.clone().skip(1);
        for bytes in words {
            let next = following.next().map_or(0, word);
            let to = word(bytes);
            if to >= low && u64::from(to) < high {
                found.push(Pointer { at, to, next });
            }
            at = at.wrapping_add(4);
        }
    }
    found.sort_unstable_by_key(|pointer| pointer.at);
    found
}
