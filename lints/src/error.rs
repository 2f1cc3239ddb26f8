//! The one error type of this crate.

/// Why bytes could not be read as WebAssembly, a rule file as a rule, or a host file as a host.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The input has no bytes at all.
    #[error("the file is empty")]
    Empty,
    /// The input does not start with the WebAssembly magic number, `\0asm`.
    #[error("this is not WebAssembly: it starts with {found}, not with `\\0asm`")]
    NotWasm {
        /// A short, printable description of what the input starts with.
        found: String,
    },
    /// The input is WebAssembly, but a section cannot be decoded.
    #[error("malformed WebAssembly at byte {offset:#x}: {message}")]
    Malformed {
        /// Offset from the start of the file, in bytes.
        offset: u64,
        /// The parser's reason.
        message: String,
    },
    /// A rule file does not follow the format that `rule::Rule` documents.
    #[error("rule file `{file}`: {message}")]
    Rule {
        /// The rule file's path below `lints/rules`.
        file: String,
        /// What is wrong, with the key.
        message: String,
    },
    /// A host file does not follow the format that `host::Host` documents.
    #[error("host file `{file}`: {message}")]
    Host {
        /// The file's name in `lints/hosts`.
        file: String,
        /// What is wrong, with the key.
        message: String,
    },
}

impl From<wasmparser::BinaryReaderError> for Error {
    fn from(error: wasmparser::BinaryReaderError) -> Self {
        Error::Malformed {
            offset: error.offset(),
            message: error.message().to_owned(),
        }
    }
}
