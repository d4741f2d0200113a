//! Wires the function `integrations-page` and runs it under the Lambda runtime.

use integrations_page::Page;
use lambda_http::{Error, Request, service_fn};
use lever_integration::metrics;
use lever_integration::setup::Parts;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let parts = Parts::from_env().await?;
    parts.warm().await;
    let page = Page::new(&parts)?;
    let answer = async |request: Request| {
        let response = integrations_page::handle(&page, request).await;
        metrics::flush();
        Ok::<_, Error>(response)
    };
    lambda_http::run(service_fn(answer)).await
}
