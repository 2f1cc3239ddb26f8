//! `wasify test` on a fixture whose tests end in every way, and on published libraries beside their native
//! tests.

mod common;
mod published;
mod suite;
