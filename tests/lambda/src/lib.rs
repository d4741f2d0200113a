//! The compiled functions, each as a process under a Lambda Runtime API, with everything around them on this
//! machine.
//!
//! What runs here are the binaries that are deployed, with their own `main`, configuration, AWS clients and
//! event formats; only API Gateway, Lambda's Runtime API and the poller of the queue are stood in for.
//! DynamoDB, SQS and Secrets Manager are reached over HTTP through the real SDK.

mod aws;
mod function;
mod programs;
mod stack;
mod sweep;

pub mod killing;
pub mod lost;

pub use function::{Function, Invoked};
pub use programs::{Program, build_binary};
pub use stack::{Options, Stack};

/// Why something could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The programs cannot be built or found.
    #[error("programs: {0}")]
    Programs(String),
    /// A stand-in cannot start.
    #[error("{0}")]
    Start(String),
    /// A call of a stand-in for AWS failed.
    #[error("{service}: {message}")]
    Aws {
        /// Which one.
        service: &'static str,
        /// What it said.
        message: String,
    },
    /// The system on this machine failed.
    #[error(transparent)]
    Local(#[from] local::Error),
    /// The table failed.
    #[error("table: {0}")]
    Store(#[from] lever_integration::store::Error),
    /// A step was not seen, or an invariant does not hold.
    #[error("{0}")]
    Broken(String),
}
