//! The files that wasify writes out for its users, as embedded data.
//!
//! A crate of its own because `include_str!` cannot reach outside the package that cargo publishes.

pub mod pipeline;
pub mod port;
pub mod ports;

/// Why the embedded data can't be used; the tests keep that from being released.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A `port.toml` does not follow the format that [`port::Port`] documents.
    #[error("port file `{file}`: {message}")]
    Port {
        /// The file's path below `templates/ports`.
        file: String,
        /// What is wrong, with the key.
        message: String,
    },
}
