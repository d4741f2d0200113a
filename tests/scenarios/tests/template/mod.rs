//! `template.yaml` says what the code needs and what `docs/SECURITY.md` tells, no more and no less.

mod access;
mod document;
mod life;
mod resources;
mod roles;
mod watching;
