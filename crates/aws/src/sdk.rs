//! Credentials, regions and clients: how the SDK is set up for a scan and for a replay.

use std::time::Duration;

use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::{Builder, ConnectorBuilder, tls};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;

/// Attempts per call; AWS's own limits are met by pace, so this is for bad weather.
const ATTEMPTS: u32 = 6;

/// No credentials could be had.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum CredentialsError {
    /// Nothing in the environment, the profile or the machine gives any.
    #[error("no AWS credentials were found")]
    #[diagnostic(
        code(wellproof::credentials::none),
        help("set AWS_PROFILE or pass --profile, or sign in with `aws sso login` or `aws login`")
    )]
    None,
    /// There should be some, but they could not be got.
    #[error("failed to get AWS credentials: {0}")]
    #[diagnostic(
        code(wellproof::credentials::failed),
        help("`aws sts get-caller-identity` with the same profile shows whether AWS accepts them")
    )]
    Failed(String),
}

/// The set-up for a live scan: profile, environment, SSO, as the AWS command line finds them.
///
/// # Errors
/// When no credentials can be had; nothing is asked of AWS services yet.
pub async fn live(profile: Option<&str>) -> Result<SdkConfig, CredentialsError> {
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        // A request waits for its turn in the connector, which costs the attempt no time and stalls no stream. How long AWS
        // may take to answer is limited there.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        // These two are counted beneath it, and hold for what is asked before there are units as well.
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(Duration::from_secs(10))
                .read_timeout(Duration::from_mins(1))
                .build(),
        );
    if let Some(profile) = profile {
        loader = loader.profile_name(profile);
    }
    let config = loader.load().await;
    let provider = config.credentials_provider().ok_or(CredentialsError::None)?;
    match provider.provide_credentials().await {
        Ok(_) => Ok(config),
        Err(aws_credential_types::provider::error::CredentialsError::CredentialsNotLoaded(_)) => {
            Err(CredentialsError::None)
        }
        Err(err) => Err(CredentialsError::Failed(chain(&err))),
    }
}

/// The set-up for a replay: no credentials, no network, no retries.
pub fn replay() -> SdkConfig {
    // The signer wants some; the recording does not look at them.
    let nobody = Credentials::new("replay", "replay", None, None, "replay");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(SharedCredentialsProvider::new(nobody))
        .retry_config(RetryConfig::disabled())
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .build()
}

/// `base` for one region. `aws-global` is for the caller to turn into the region that a global service is signed for.
pub fn in_region(base: &SdkConfig, region: &str) -> SdkConfig {
    base.to_builder().region(Region::new(region.to_owned())).build()
}

/// The HTTP client that all units of a live scan share, with its connections.
pub fn http() -> SharedHttpClient {
    Builder::new().build_with_connector_fn(|settings, components| {
        let crypto = tls::rustls_provider::CryptoMode::AwsLc;
        let mut builder = ConnectorBuilder::default().tls_provider(tls::Provider::Rustls(crypto));
        builder.set_connector_settings(settings.cloned());
        if let Some(components) = components {
            builder.set_sleep_impl(components.sleep_impl());
        }
        builder.set_proxy_config(Some(ProxyConfig::from_env()));
        builder.build()
    })
}

/// An error with all that stands behind it, in one line.
pub fn chain(err: &(dyn std::error::Error + 'static)) -> String {
    let mut text = err.to_string();
    let mut at = err.source();
    while let Some(source) = at {
        let next = source.to_string();
        if !text.contains(&next) {
            text.push_str(": ");
            text.push_str(&next);
        }
        at = source.source();
    }
    text
}
