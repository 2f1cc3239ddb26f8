//! The embedded runtime as the user sees it.

pub mod account;
pub mod grants;
pub mod keep;
pub mod load;
pub mod needs;
pub mod other_hosts;
pub mod paste;
pub mod serve;
pub mod symbols;
pub mod words;
