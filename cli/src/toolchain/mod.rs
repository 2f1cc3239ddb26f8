//! What has to be installed, what is missing, and installing it.

pub mod c;
mod target;

pub use target::{MissingTarget, ensure_target, target_cfgs};
pub(crate) use target::{is_missing, no_rust};
