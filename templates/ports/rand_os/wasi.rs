//! Implementation for WASI: the host's random bytes, by the C library's function.

use rand_core::{Error, ErrorKind};
use super::OsRngImpl;

extern "C" {
    fn getentropy(buffer: *mut u8, length: usize) -> i32;
}

#[derive(Clone, Debug)]
pub struct OsRng;

impl OsRngImpl for OsRng {
    fn new() -> Result<OsRng, Error> { Ok(OsRng) }

    fn fill_chunk(&mut self, dest: &mut [u8]) -> Result<(), Error> {
        match unsafe { getentropy(dest.as_mut_ptr(), dest.len()) } {
            0 => Ok(()),
            _ => Err(Error::new(ErrorKind::Unavailable, "getentropy failed")),
        }
    }

    fn max_chunk_size(&self) -> usize { 256 }

    fn method_str(&self) -> &'static str { "getentropy" }
}
