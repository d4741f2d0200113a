//! A value shared between tasks behind a lock that is never held across an await.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Shared state of a simulator.
///
/// A panic in one request must not take the whole simulator down, so poisoning is ignored.
#[derive(Debug, Default)]
pub struct Guarded<T>(Arc<Mutex<T>>);

impl<T> Guarded<T> {
    /// Wraps the value.
    pub fn new(value: T) -> Self {
        Self(Arc::new(Mutex::new(value)))
    }

    /// Locks the value; the guard must be gone before the next await.
    pub fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Clone for Guarded<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}
