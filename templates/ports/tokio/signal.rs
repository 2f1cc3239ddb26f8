//! Signals, which never come: WASI has none, and the host ends a program without asking it.

use std::future::pending;
use std::io;

/// Waits for ever: nobody can press Ctrl-C.
pub async fn ctrl_c() -> io::Result<()> {
    pending().await
}

/// The signals of Unix, none of which comes.
pub mod unix {
    use std::future::pending;
    use std::io;
    use std::task::{Context, Poll};

    /// A kind of signal, by its number on Linux.
    #[derive(Debug, Clone, Copy, Hash, PartialEq, Eq)]
    pub struct SignalKind(i32);

    macro_rules! kinds {
        ($($name:ident $number:literal)*) => {
            impl SignalKind {
                $(
                    /// The kind of that name.
                    pub const fn $name() -> Self {
                        Self($number)
                    }
                )*
            }
        };
    }

    kinds! {
        hangup 1 interrupt 2 quit 3 user_defined1 10 user_defined2 12 pipe 13 alarm 14 terminate 15 child 17
        window_change 28 io 29
    }

    impl SignalKind {
        /// A kind by its number.
        pub const fn from_raw(signum: i32) -> Self {
            Self(signum)
        }

        /// The number.
        pub const fn as_raw_value(&self) -> i32 {
            self.0
        }
    }

    impl From<i32> for SignalKind {
        fn from(signum: i32) -> Self {
            Self(signum)
        }
    }

    impl From<SignalKind> for i32 {
        fn from(kind: SignalKind) -> Self {
            kind.0
        }
    }

    /// A stream of signals that has none.
    #[must_use = "streams do nothing unless polled"]
    #[derive(Debug)]
    pub struct Signal(());

    /// A stream in which nothing ever comes.
    pub fn signal(_kind: SignalKind) -> io::Result<Signal> {
        Ok(Signal(()))
    }

    impl Signal {
        /// Waits for ever.
        pub async fn recv(&mut self) -> Option<()> {
            pending().await
        }

        /// Never ready.
        pub fn poll_recv(&mut self, _cx: &mut Context<'_>) -> Poll<Option<()>> {
            Poll::Pending
        }
    }
}
