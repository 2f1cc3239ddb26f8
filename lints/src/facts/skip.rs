//! Goes over the instructions that compilers write most by their lengths alone, and gives those that
//! refer to something. An instruction it doesn't know, or anything that looks broken, ends it: then
//! the whole body is wasmparser's to read, and to complain about.

use super::code::Reference;

/// Adds the references of `code`, a body without its locals, each with its place there; `None` when
/// the code has something else in it.
pub(crate) fn references(code: &[u8], found: &mut Vec<(Reference, usize)>) -> Option<()> {
    let mut bytes = Bytes { code, at: 0 };
    while bytes.at < code.len() {
        let at = bytes.at;
        let reference = match bytes.byte()? {
            // Without immediates: control, parametric and numeric instructions.
            0x00 | 0x01 | 0x05 | 0x0b | 0x0f | 0x1a | 0x1b | 0x45..=0xc4 => continue,
            0x02..=0x04 => {
                bytes.block_type()?;
                continue;
            }
            // Branches, locals, tables, `global.set`, sizes of memories, `i64.const`: one number.
            0x0c | 0x0d | 0x20..=0x22 | 0x24..=0x26 | 0x3f | 0x40 | 0x42 => {
                bytes.skip_number()?;
                continue;
            }
            0x0e => {
                let targets = bytes.number()?;
                for _ in 0..=targets {
                    bytes.skip_number()?;
                }
                continue;
            }
            0x10 | 0x12 => Reference::Call(bytes.number()?),
            0x11 | 0x13 => {
                let ty = bytes.number()?;
                bytes.skip_number()?;
                Reference::CallIndirect(ty)
            }
            0x23 => Reference::Global(bytes.number()?),
            0x28..=0x3e => {
                bytes.memory_argument()?;
                continue;
            }
            0x41 => Reference::Constant(bytes.signed()?),
            0x43 => {
                bytes.skip(4)?;
                continue;
            }
            0x44 => {
                bytes.skip(8)?;
                continue;
            }
            0xd2 => Reference::Function(bytes.number()?),
            0xfc => {
                bytes.bulk()?;
                continue;
            }
            _ => return None,
        };
        found.push((reference, at));
    }
    Some(())
}

struct Bytes<'a> {
    code: &'a [u8],
    at: usize,
}

impl Bytes<'_> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.code.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn skip(&mut self, count: usize) -> Option<()> {
        self.at += count;
        (self.at <= self.code.len()).then_some(())
    }

    /// Passes over a LEB128 number of any width.
    fn skip_number(&mut self) -> Option<()> {
        while self.byte()? & 0x80 != 0 {}
        Some(())
    }

    /// A LEB128 number of 32 bits.
    fn number(&mut self) -> Option<u32> {
        let mut value = 0;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            value |= u32::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    /// A signed LEB128 number of 32 bits, as its bits.
    fn signed(&mut self) -> Option<u32> {
        let start = self.at;
        let value = self.number()?;
        let width = 7 * (self.at - start);
        let negative = self.code[self.at - 1] & 0x40 != 0;
        Some(if negative && width < 32 {
            value | u32::MAX << width
        } else {
            value
        })
    }

    /// Empty, a value type of one byte, or an index; other types have more to them.
    fn block_type(&mut self) -> Option<()> {
        match self.code.get(self.at)? {
            0x63 | 0x64 => None,
            _ => self.skip_number(),
        }
    }

    /// Alignment and offset, with a memory in between where the alignment says so.
    fn memory_argument(&mut self) -> Option<()> {
        let alignment = self.number()?;
        if alignment & 0x40 != 0 {
            self.skip_number()?;
        }
        self.skip_number()
    }

    /// The instructions behind `0xfc`: saturating conversions and bulk memory.
    fn bulk(&mut self) -> Option<()> {
        let numbers = match self.number()? {
            0..=7 => 0,
            9 | 11 | 13 | 15..=17 => 1,
            8 | 10 | 12 | 14 => 2,
            _ => return None,
        };
        for _ in 0..numbers {
            self.skip_number()?;
        }
        Some(())
    }
}
