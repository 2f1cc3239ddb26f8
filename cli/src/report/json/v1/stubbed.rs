//! Stubbed imports in `wasify-report/1`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A function that is no longer imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stubbed {
    /// With its version: `wasi:sockets/tcp@0.2.6`.
    pub interface: String,
    /// `[method]tcp-socket.start-bind`, or `[resource-drop]tcp-socket`.
    pub function: String,
    /// What happens when it is called.
    pub answer: Answer,
    /// The error's name, for the answer `error`; null where it has none.
    pub error: Option<String>,
}

/// What happens when a stubbed function is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// It gives an error of its own.
    Error,
    /// It gives an empty result: there is none of what it is asked for.
    Nothing,
    /// It gives a handle with which nothing can be done: whatever takes it is stubbed too.
    Handle,
    /// It drops such a handle, which does nothing.
    Drop,
    /// It stops the program: its result has no error in it.
    Trap,
    /// It would stop the program, but is about a resource that the program can't get.
    Unreached,
}
