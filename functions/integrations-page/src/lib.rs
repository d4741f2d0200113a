//! The Integrations page: what an admin sees and clicks, rendered on the server.
//!
//! [`view`] turns plain models into HTML and knows nothing of requests, stores and clients; [`paths`]
//! names the routes and form fields that it links to; [`assets`] holds the style sheet and the script.
//! The page works without the script.

pub mod assets;
pub mod paths;
pub mod view;
