//! The embedded runtime as the user sees it.

pub mod serve;
