//! Call paths, folded so that a person can read them, and the source line to show for them.

use crate::facts::graph::Node;
use crate::facts::names;
use crate::facts::program::Program;
use crate::facts::{Crate, Role};
use crate::finding::{Frame, Location};

/// How many frames a folded path has at the most.
const MOST_FRAMES: usize = 9;

/// A path for people, and the line to point at.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    pub(crate) frames: Vec<Frame>,
    pub(crate) location: Option<Location>,
}

/// Folds a path from an entry to a target: runtime plumbing before `main` and between the program's
/// own functions is left out, functions that were inlined come back where line tables know them,
/// closures are one with the function they are in, and of the target's side only the first name, the
/// one the program calls, stays.
pub(crate) fn trace(program: &Program<'_>, path: &[Node]) -> Trace {
    let mut folded = Folded::default();
    for (index, node) in path.iter().enumerate() {
        let own = !program.is_plumbing(*node) && program.import(*node).is_none();
        let last_own = path[index..].iter().all(|node| program.is_plumbing(*node));
        if *node >= program.functions() || !(own || last_own) {
            folded.elide();
            continue;
        }
        let inlined = path.get(index + 1).map(|next| program.frames(*node, *next));
        let mut inlined = inlined.unwrap_or_default().into_iter();
        let outer = inlined.next().map(|outer| outer.location);
        folded.push(program.label(*node), program.crate_of(*node), outer);
        for frame in inlined {
            let Some(symbol) = frame.symbol else { continue };
            let name = names::canonical(&names::demangle(&symbol));
            let of = program.crates.of_inlined(&symbol, &frame.location.file);
            folded.push_inlined(name, of, frame.location);
        }
        if last_own {
            break;
        }
    }
    let location = folded.place();
    Trace {
        frames: shorten(folded.frames),
        location,
    }
}

/// The frames of a path, and whose code each is.
#[derive(Default)]
pub(crate) struct Folded {
    frames: Vec<Frame>,
    owners: Vec<Option<Role>>,
}

impl Folded {
    /// Counts a function that is not shown.
    pub(crate) fn elide(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.elided += 1;
        }
    }

    /// The innermost function of the user's own code, else of a dependency's, else of nobody knows whose.
    pub(crate) fn innermost(&self) -> Option<&Frame> {
        let of = |wanted: Option<Role>| {
            let mut both = self.frames.iter().zip(&self.owners).rev();
            both.find(|(_, role)| **role == wanted)
                .map(|(frame, _)| frame)
        };
        of(Some(Role::Own))
            .or_else(|| of(Some(Role::Dependency)))
            .or_else(|| of(None))
    }

    /// The frames, the middle of many left out.
    pub(crate) fn finish(self) -> Vec<Frame> {
        shorten(self.frames)
    }

    pub(crate) fn push(&mut self, name: String, of: Option<&Crate>, location: Option<Location>) {
        let function = plain(&name).to_owned();
        match self.frames.last_mut() {
            Some(before) if before.function == function => {
                before.location = location.or(before.location.take());
                before.elided = 0;
            }
            _ => {
                let package = of.map(|found| found.package.clone());
                self.frames.push(Frame {
                    function,
                    package,
                    location,
                    elided: 0,
                });
                self.owners.push(of.map(|found| found.role));
            }
        }
    }

    /// A function that was inlined. A closure without the name of the function that it is in is a part of the
    /// frame before.
    pub(crate) fn push_inlined(&mut self, name: String, of: Option<&Crate>, location: Location) {
        match self.frames.last_mut().filter(|_| name.starts_with('{')) {
            Some(before) => {
                before.location = Some(location);
                before.elided = 0;
            }
            None => self.push(name, of, Some(location)),
        }
    }

    /// The innermost line in the user's own code, else in a dependency.
    fn place(&self) -> Option<Location> {
        let of = |wanted: Role| {
            let both = self.frames.iter().zip(&self.owners).rev();
            both.filter(|(_, role)| **role == Some(wanted))
                .find_map(|(frame, _)| frame.location.clone())
        };
        of(Role::Own).or_else(|| of(Role::Dependency))
    }
}

/// A function without the closures inside it that it stands for.
pub(crate) fn plain(name: &str) -> &str {
    let mut name = name;
    while let Some(outer) = name.strip_suffix("::{{closure}}") {
        name = outer;
    }
    name
}

/// The last part of a function's path, without generic arguments: what is left of a name in line tables.
pub(crate) fn bare(name: &str) -> &str {
    let mut depth = 0_u32;
    let mut start = 0;
    for (at, letter) in name.char_indices() {
        match letter {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            // What follows `::` at the top; `::<` begins arguments.
            ':' if depth == 0 && name[at..].starts_with("::") && !name[at..].starts_with("::<") => {
                start = at + 2;
            }
            _ => {}
        }
    }
    let last = &name[start..];
    let end = last.find('<').filter(|end| *end > 0).unwrap_or(last.len());
    last[..end].trim_end_matches("::")
}

/// Leaves the middle of a long path out.
fn shorten(mut frames: Vec<Frame>) -> Vec<Frame> {
    if frames.len() > MOST_FRAMES {
        let keep_first = 3;
        let cut = frames.len() - MOST_FRAMES;
        let removed: u32 = frames[keep_first..keep_first + cut]
            .iter()
            .map(|frame| 1 + frame.elided)
            .sum();
        frames.drain(keep_first..keep_first + cut);
        frames[keep_first - 1].elided += removed;
    }
    frames
}

#[cfg(test)]
mod tests {
    use super::bare;

    #[test]
    fn bare_names_are_those_of_line_tables() {
        for (name, expected) in [
            ("notes::lock::take", "take"),
            ("take", "take"),
            ("<notes::Note as core::fmt::Display>::fmt", "fmt"),
            ("notes::map::<alloc::vec::Vec<u8>>", "map"),
            ("map<alloc::vec::Vec<u8>>", "map"),
            ("<notes::List<T>>::get::<U>", "get"),
            ("main", "main"),
        ] {
            assert_eq!(bare(name), expected, "{name}");
        }
    }
}
