//! The table on this machine: a DynamoDB API on `SQLite` in this process, behind the real SDK.

use std::path::Path;

use aws_config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::config::Credentials;
use lever_integration::config::aws_http_client;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::Error;

/// The name of the local table.
pub const TABLE_NAME: &str = "lever-integration-local";

/// A running table; dropping it ends it.
pub struct Table {
    /// A client of the real SDK, pointed at it.
    pub client: aws_sdk_dynamodb::Client,
    url: String,
    task: JoinHandle<()>,
}

impl Table {
    /// Starts the table, in memory or kept in a folder.
    ///
    /// # Errors
    /// When it cannot be opened or listen.
    pub async fn start(data: Option<&Path>) -> Result<Self, Error> {
        let database = match data {
            None => dynoxide::Database::memory(),
            Some(folder) => {
                let unusable = |error| Error::Table(format!("the folder {}: {error}", folder.display()));
                std::fs::create_dir_all(folder).map_err(unusable)?;
                dynoxide::Database::new(&folder.join("table.sqlite").to_string_lossy())
            }
        };
        let place =
            data.map_or_else(|| "memory".to_owned(), |folder| format!("the folder {}", folder.display()));
        let database = database.map_err(|error| Error::Table(format!("{place}: {error}")))?;
        let listener =
            TcpListener::bind("127.0.0.1:0").await.map_err(|error| Error::Table(error.to_string()))?;
        let address = listener.local_addr().map_err(|error| Error::Table(error.to_string()))?;
        let task = tokio::spawn(dynoxide::server::serve_on(listener, database));
        let url = format!("http://{address}");
        let http = aws_http_client().map_err(|error| Error::Table(error.to_string()))?;
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("local"))
            .endpoint_url(&url)
            .http_client(http)
            .credentials_provider(Credentials::new("local", "local", None, None, "local"))
            .build();
        let client = aws_sdk_dynamodb::Client::from_conf(config);
        let tables = client.list_tables().send().await.map_err(|error| Error::Table(error.to_string()))?;
        if !tables.table_names().iter().any(|name| name == TABLE_NAME) {
            let created = lever_integration::store::create_table(&client, TABLE_NAME).await;
            created.map_err(|error| Error::Table(error.to_string()))?;
        }
        Ok(Self { client, url, task })
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// Every item as it is stored: a table on this machine is small.
    pub(crate) async fn items(&self) -> Result<Vec<String>, Error> {
        let mut pages = self.client.scan().table_name(TABLE_NAME).into_paginator().items().send();
        let mut items = Vec::new();
        while let Some(item) = pages.next().await {
            items.push(format!("{:?}", item.map_err(|error| Error::Table(error.to_string()))?));
        }
        Ok(items)
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        self.task.abort();
    }
}
