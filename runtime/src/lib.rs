//! Runs WebAssembly for wasify: command components, preview1 modules and `wasi:http` components, in an
//! embedded Wasmtime.
//!
//! Everything is denied unless [`Permissions`] allow it, and what a guest was refused is written down:
//! [`Outcome::denials`] says which door it knocked at and from where. This crate prints nothing and knows
//! no rules; what a denial means to the user is worded by its caller.

mod cache;
mod denial;
mod engine;
mod guard;
mod outcome;
mod permissions;
mod program;
mod run;
mod serve;
mod state;

pub use cache::Cache;
pub use denial::{Denial, Door, Frame, Need, Used};
pub use engine::{Limits, Runtime, VERSION};
pub use outcome::{End, Outcome};
pub use permissions::{DirGrant, Endpoint, HostPattern, NetGrants, Permissions};
pub use program::{Entry, LoadError, Program, adapt};
pub use run::{Invocation, Output, run};
pub use serve::{BindError, Failure, ServeEvent, ServeOutcome, Server, Service};
