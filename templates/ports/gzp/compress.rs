//! Compression on WASI, in the one thread that there is: the blocks are those that many threads would make.

use std::io::{self, Write};
use std::marker::PhantomData;
use std::thread::Scope;

use bytes::{Bytes, BytesMut};
pub use flate2::Compression;

use crate::check::Check;
use crate::{DICT_SIZE, FormatSpec, GzpError, ZWriter};

/// How a [`ParCompress`] is made.
#[derive(Debug)]
pub struct ParCompressBuilder<F: FormatSpec> {
    buffer_size: usize,
    compression_level: Compression,
    format: F,
}

impl<F: FormatSpec> ParCompressBuilder<F> {
    /// With the format's size of blocks.
    pub fn new() -> Self {
        ParCompressBuilder {
            buffer_size: F::DEFAULT_BUFSIZE,
            compression_level: Compression::new(3),
            format: F::new(),
        }
    }

    /// The size of a block.
    ///
    /// # Errors
    /// It is less than [`DICT_SIZE`].
    pub fn buffer_size(self, buffer_size: usize) -> Result<Self, GzpError> {
        if buffer_size < DICT_SIZE {
            return Err(GzpError::BufferSize(buffer_size, DICT_SIZE));
        }
        Ok(ParCompressBuilder {
            buffer_size,
            ..self
        })
    }

    /// Passed over: there is one thread.
    ///
    /// # Errors
    /// It is 0.
    pub fn num_threads(self, num_threads: usize) -> Result<Self, GzpError> {
        match num_threads {
            0 => Err(GzpError::NumThreads(0)),
            _ => Ok(self),
        }
    }

    /// How much is compressed.
    pub fn compression_level(self, compression_level: Compression) -> Self {
        ParCompressBuilder {
            compression_level,
            ..self
        }
    }

    /// Passed over: there is one thread.
    pub fn pin_threads(self, _: Option<usize>) -> Self {
        self
    }

    /// What compresses into a writer.
    pub fn from_writer<W: Write + Send + 'static>(self, writer: W) -> ParCompress<'static, F, W> {
        self.made(writer)
    }

    /// What compresses into a writer that is borrowed for as long as a scope.
    pub fn from_borrowed_writer<'scope, 'env, W: Write + Send + 'scope>(
        self,
        writer: W,
        _: &'scope Scope<'scope, 'env>,
    ) -> ParCompress<'scope, F, W> {
        self.made(writer)
    }

    fn made<'scope, W: Write>(self, writer: W) -> ParCompress<'scope, F, W> {
        ParCompress {
            output: Some(Output {
                writer,
                started: None,
            }),
            buffer: BytesMut::with_capacity(self.buffer_size),
            dictionary: None,
            settings: self,
            scope: PhantomData,
        }
    }
}

impl<F: FormatSpec> Default for ParCompressBuilder<F> {
    fn default() -> Self {
        Self::new()
    }
}

/// A writer that compresses.
pub struct ParCompress<'scope, F: FormatSpec, W: Write> {
    /// Nothing once it is finished, or has failed.
    output: Option<Output<F, W>>,
    buffer: BytesMut,
    /// The end of the block before, where the format goes by it.
    dictionary: Option<Bytes>,
    settings: ParCompressBuilder<F>,
    scope: PhantomData<&'scope ()>,
}

/// Where the blocks go.
struct Output<F: FormatSpec, W> {
    writer: W,
    /// What compresses and the sum of all before, once the header is written.
    started: Option<(F::Compressor, F::C)>,
}

impl<F: FormatSpec, W: Write> Output<F, W> {
    fn write(
        &mut self,
        settings: &ParCompressBuilder<F>,
        block: &[u8],
        dictionary: Option<&Bytes>,
        is_last: bool,
    ) -> Result<(), GzpError> {
        let ParCompressBuilder {
            compression_level: level,
            format,
            ..
        } = *settings;
        let (mut compressor, mut sum) = match self.started.take() {
            Some(started) => started,
            None => {
                self.writer.write_all(&format.header(level))?;
                (format.create_compressor(level)?, F::create_check())
            }
        };
        let encoded = format.encode(block, &mut compressor, level, dictionary, is_last)?;
        let mut check = F::create_check();
        check.update(block);
        sum.combine(&check);
        self.writer.write_all(&encoded)?;
        if is_last {
            self.writer.write_all(&format.footer(&sum))?;
            self.writer.flush()?;
        }
        self.started = Some((compressor, sum));
        Ok(())
    }
}

impl<F: FormatSpec, W: Write> ParCompress<'_, F, W> {
    /// The settings to begin with.
    pub fn builder() -> ParCompressBuilder<F> {
        ParCompressBuilder::new()
    }

    /// Compresses the first block of what is in the buffer, which is an empty one where nothing is.
    fn next_block(&mut self, ends: bool) -> Result<(), GzpError> {
        let size = self.buffer.len().min(self.settings.buffer_size);
        let block = self.buffer.split_to(size).freeze();
        let is_last = ends && self.buffer.is_empty();
        let dictionary = self.dictionary.take();
        if self.settings.format.needs_dict() && !is_last && block.len() >= DICT_SIZE {
            self.dictionary = Some(block.slice(block.len() - DICT_SIZE..));
        }
        let closed = || io::Error::other("the compressor has ended");
        let mut output = self.output.take().ok_or_else(closed)?;
        output.write(&self.settings, &block, dictionary.as_ref(), is_last)?;
        self.output = Some(output);
        Ok(())
    }

    /// All that is in the buffer.
    fn blocks(&mut self, end: bool) -> Result<(), GzpError> {
        loop {
            self.next_block(end)?;
            if self.buffer.is_empty() {
                return Ok(());
            }
        }
    }
}

impl<F: FormatSpec, W: Write> ZWriter<W> for ParCompress<'_, F, W> {
    fn finish(&mut self) -> Result<W, GzpError> {
        self.blocks(true)?;
        let output = self.output.take().ok_or(GzpError::Unknown)?;
        Ok(output.writer)
    }
}

impl<F: FormatSpec, W: Write> Drop for ParCompress<'_, F, W> {
    fn drop(&mut self) {
        if self.output.is_some() {
            // Nobody is left to get the error, and the end of the output would be missing.
            self.finish().unwrap();
        }
    }
}

impl<F: FormatSpec, W: Write> Write for ParCompress<'_, F, W> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(data);
        while self.buffer.len() > self.settings.buffer_size {
            self.next_block(false).map_err(io_error)?;
        }
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.blocks(false).map_err(io_error)
    }
}

fn io_error(error: GzpError) -> io::Error {
    match error {
        GzpError::Io(error) => error,
        error => io::Error::other(error),
    }
}
