//! What has to be installed, what is missing, and installing it.

pub mod c;
mod missing;
mod target;
pub mod tools;

pub use missing::Missing;
pub use target::{ensure_target, target_cfgs};
pub(crate) use target::{is_missing, without_cargo};
