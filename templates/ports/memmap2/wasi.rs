//! WASI has no maps of files: what would be mapped is read into memory.
//!
//! A copy never shows what is written to the file later, and what is written to a copy never gets into the
//! file. So there are the maps that promise neither, and the others are an error.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

/// Memory begins where a map would: programs rely on its alignment.
#[derive(Clone, Copy)]
#[repr(align(4096))]
struct Page(#[allow(dead_code)] [u8; PAGE]);

const PAGE: usize = 4096;

pub struct MmapInner {
    pages: Vec<Page>,
    len: usize,
}

fn unsupported<T>(what: &str) -> io::Result<T> {
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        format!("{} on WASI", what),
    ))
}

impl MmapInner {
    /// Zeros, as much as asked for.
    fn zeroed(len: usize) -> io::Result<MmapInner> {
        // One at least, so that the pointer is one to memory.
        let count = len / PAGE + 1;
        let mut pages = Vec::new();
        pages
            .try_reserve_exact(count)
            .map_err(|error| io::Error::new(io::ErrorKind::OutOfMemory, error))?;
        pages.resize(count, Page([0; PAGE]));
        Ok(MmapInner { pages, len })
    }

    /// What is in the file now. The file's position is the same afterwards.
    fn read(len: usize, mut file: &File, offset: u64) -> io::Result<MmapInner> {
        let mut inner = MmapInner::zeroed(len)?;
        let position = file.stream_position()?;
        file.seek(SeekFrom::Start(offset))?;
        let read = file.read_exact(inner.bytes_mut());
        file.seek(SeekFrom::Start(position))?;
        read.map(|()| inner)
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: the pages are initialised, lie one after the other, and have `len` bytes or more.
        unsafe { std::slice::from_raw_parts_mut(self.mut_ptr(), self.len) }
    }

    // Nobody shares the memory, so there is nothing to be written.
    pub fn flush(&self, _: usize, _: usize) -> io::Result<()> {
        Ok(())
    }

    pub fn flush_async(&self, _: usize, _: usize) -> io::Result<()> {
        Ok(())
    }

    // Memory can always be written: the types alone say who may.
    pub fn make_read_only(&mut self) -> io::Result<()> {
        Ok(())
    }

    pub fn make_exec(&mut self) -> io::Result<()> {
        unsupported("memory can't be executed")
    }

    pub fn make_mut(&mut self) -> io::Result<()> {
        Ok(())
    }

    #[inline]
    pub fn ptr(&self) -> *const u8 {
        self.pages.as_ptr().cast()
    }

    #[inline]
    pub fn mut_ptr(&mut self) -> *mut u8 {
        self.pages.as_mut_ptr().cast()
    }

    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }
}

/// Options say how a map is made, and a copy is made in one way. Each version of the crate has more of them.
macro_rules! maps {
    (of_a_file: ($($option:ty),*), of_nothing: ($($anonymous:ty),*)) => {
        impl MmapInner {
            pub fn map(len: usize, file: &File, offset: u64, $(_: $option),*) -> io::Result<Self> {
                Self::read(len, file, offset)
            }

            pub fn map_copy(
                len: usize,
                file: &File,
                offset: u64,
                $(_: $option),*
            ) -> io::Result<Self> {
                Self::read(len, file, offset)
            }

            pub fn map_copy_read_only(
                len: usize,
                file: &File,
                offset: u64,
                $(_: $option),*
            ) -> io::Result<Self> {
                Self::read(len, file, offset)
            }

            pub fn map_exec(_: usize, _: &File, _: u64, $(_: $option),*) -> io::Result<Self> {
                unsupported("memory can't be executed")
            }

            pub fn map_mut(_: usize, _: &File, _: u64, $(_: $option),*) -> io::Result<Self> {
                unsupported("a file can't be written through memory")
            }

            pub fn map_anon(len: usize, $(_: $anonymous),*) -> io::Result<Self> {
                Self::zeroed(len)
            }
        }
    };
}

pub fn file_len(file: &File) -> io::Result<u64> {
    Ok(file.metadata()?.len())
}
