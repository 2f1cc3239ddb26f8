//! Decompression on WASI, in the one thread that there is: a block at a time, as it is read.

use std::io::{self, Read};

use bytes::{Buf, Bytes};
pub use flate2::Compression;
use flate2::read::MultiGzDecoder;

use crate::check::Check;
use crate::{BlockFormatSpec, DICT_SIZE, GzpError};

/// The sum and the length at the end of a block.
const FOOTER_SIZE: usize = 8;

/// How a [`ParDecompress`] is made.
#[derive(Debug)]
pub struct ParDecompressBuilder<F: BlockFormatSpec> {
    num_threads: usize,
    format: F,
}

impl<F: BlockFormatSpec> ParDecompressBuilder<F> {
    /// For a format.
    pub fn new() -> Self {
        ParDecompressBuilder {
            num_threads: 1,
            format: F::new(),
        }
    }

    /// Passed over: a block is as large as it was made.
    ///
    /// # Errors
    /// It is less than [`DICT_SIZE`].
    pub fn buffer_size(self, buffer_size: usize) -> Result<Self, GzpError> {
        if buffer_size < DICT_SIZE {
            return Err(GzpError::BufferSize(buffer_size, DICT_SIZE));
        }
        Ok(self)
    }

    /// Passed over: there is one thread.
    ///
    /// # Errors
    /// It is 0.
    pub fn num_threads(self, num_threads: usize) -> Result<Self, GzpError> {
        match num_threads {
            0 => Err(GzpError::NumThreads(0)),
            _ => Ok(self.maybe_num_threads(num_threads)),
        }
    }

    /// Passed over: there is one thread.
    pub fn pin_threads(self, _: Option<usize>) -> Self {
        self
    }

    /// What decompresses blocks out of a reader.
    pub fn from_reader<R: Read + Send + 'static>(self, reader: R) -> ParDecompress<F> {
        ParDecompress {
            reader: Some(Box::new(reader)),
            decompressor: self.format.create_decompressor(),
            block: Bytes::new(),
            format: self.format,
        }
    }

    /// 0 is for [`maybe_par_from_reader`](Self::maybe_par_from_reader).
    pub fn maybe_num_threads(self, num_threads: usize) -> Self {
        ParDecompressBuilder {
            num_threads,
            ..self
        }
    }

    /// What decompresses out of a reader: blocks, or whatever is there for 0 threads.
    pub fn maybe_par_from_reader<R: Read + Send + 'static>(self, reader: R) -> Box<dyn Read>
    where
        F::Decompressor: 'static,
    {
        match self.num_threads {
            0 => Box::new(MultiGzDecoder::new(reader)),
            _ => Box::new(self.from_reader(reader)),
        }
    }
}

impl<F: BlockFormatSpec> Default for ParDecompressBuilder<F> {
    fn default() -> Self {
        Self::new()
    }
}

/// A reader that decompresses.
pub struct ParDecompress<F: BlockFormatSpec> {
    /// Nothing at the end, and after an error.
    reader: Option<Box<dyn Read + Send>>,
    decompressor: F::Decompressor,
    /// What is left of the last block.
    block: Bytes,
    format: F,
}

impl<F: BlockFormatSpec> ParDecompress<F> {
    /// The settings to begin with.
    pub fn builder() -> ParDecompressBuilder<F> {
        ParDecompressBuilder::new()
    }

    /// Reads no more. What was wrong with a block was the error of reading it.
    ///
    /// # Errors
    /// None.
    pub fn finish(&mut self) -> Result<(), GzpError> {
        self.reader = None;
        Ok(())
    }

    /// The next block, or nothing at the end.
    fn next_block(&mut self, reader: &mut dyn Read) -> Result<Option<Vec<u8>>, GzpError> {
        let mut header = vec![0; F::HEADER_SIZE];
        if reader.read_exact(&mut header).is_err() {
            return Ok(None);
        }
        self.format.check_header(&header)?;
        let size = self.format.get_block_size(&header)?;
        let rest = size
            .checked_sub(F::HEADER_SIZE)
            .filter(|rest| *rest >= FOOTER_SIZE)
            .ok_or(GzpError::InvalidBlockSize(
                "shorter than its header and footer",
            ))?;
        let mut body = vec![0; rest];
        reader.read_exact(&mut body)?;
        let promised = self.format.get_footer_values(&body);
        let length = promised.amount as usize;
        let block = match length {
            0 => Vec::new(),
            _ => {
                let data = &body[..rest - FOOTER_SIZE];
                self.format
                    .decode_block(&mut self.decompressor, data, length)?
            }
        };
        let mut check = F::B::new();
        check.update(&block);
        if check.sum() != promised.sum {
            return Err(GzpError::InvalidCheck {
                found: check.sum(),
                expected: promised.sum,
            });
        }
        Ok(Some(block))
    }
}

impl<F: BlockFormatSpec> Read for ParDecompress<F> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.block.is_empty() {
            let Some(mut reader) = self.reader.take() else {
                return Ok(0);
            };
            match self.next_block(&mut *reader) {
                Ok(Some(block)) => {
                    self.block = block.into();
                    self.reader = Some(reader);
                }
                Ok(None) => return Ok(0),
                Err(GzpError::Io(error)) => return Err(error),
                Err(error) => return Err(io::Error::other(error)),
            }
        }
        let count = self.block.len().min(into.len());
        into[..count].copy_from_slice(&self.block[..count]);
        self.block.advance(count);
        Ok(count)
    }
}
