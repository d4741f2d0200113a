//! Wires the function `integrations-page` and runs it under the Lambda runtime.

use integrations_page::Page;
use lever_integration::edge;
use lever_integration::setup::Parts;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let parts = Parts::from_env().await?;
    parts.warm().await;
    let page = Page::new(&parts)?;
    edge::run(|request| integrations_page::handle(&page, request)).await
}
