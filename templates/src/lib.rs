//! The files that wasify writes out for its users, as embedded data.
//!
//! A crate of its own because `include_str!` cannot reach outside the package that cargo publishes.
