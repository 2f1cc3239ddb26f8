//! What was taken out of a component's imports, for programs.

use super::v1;
use crate::stub::{Answer, Call};

pub(super) fn stubbed(call: &Call) -> v1::Stubbed {
    v1::Stubbed {
        interface: call.interface.clone(),
        function: call.function.clone(),
        answer: match call.answer {
            Answer::Error(_) => v1::Answer::Error,
            Answer::Nothing => v1::Answer::Nothing,
            Answer::Handle => v1::Answer::Handle,
            Answer::Drop => v1::Answer::Drop,
            Answer::Trap => v1::Answer::Trap,
            Answer::Unreached => v1::Answer::Unreached,
        },
        error: match &call.answer {
            Answer::Error(name) => name.clone(),
            _ => None,
        },
    }
}
