//! Delivery channels.

use aws_sdk_config::Client;
use aws_sdk_config::operation::describe_delivery_channel_status::DescribeDeliveryChannelStatusOutput;
use aws_sdk_config::types::{self, ConfigExportDeliveryInfo, DeliveryChannelStatus};
use wellproof_aws::{Answer, Listing, Record, Refusal, Unit};
use wellproof_facts::config::DeliveryChannel;

use crate::{only, status, text};

pub(crate) async fn collect(unit: &Unit, config: &Client) {
    let mut channels = unit.listing::<DeliveryChannel>();
    let listed = list_channels(unit, config, &mut channels).await;
    channels.close(listed);
}

async fn list_channels(unit: &Unit, config: &Client, channels: &mut Listing<DeliveryChannel>) -> Result<(), Refusal> {
    let listed = channels.read(config.describe_delivery_channels().send()).await?;
    let read = unit.join(listed.delivery_channels().iter().map(|it| read_channel(unit, config, it))).await;
    channels.extend(read.into_iter().flatten());
    Ok(())
}

/// `None` when it was deleted since it was listed.
async fn read_channel(
    unit: &Unit,
    config: &Client,
    channel: &types::DeliveryChannel,
) -> Option<Record<DeliveryChannel>> {
    let name = text(channel.name());
    let state = read_status(unit, config, &name).await;
    if state.as_ref().is_err_and(|refusal| refusal.is("NoSuchDeliveryChannelException")) {
        return None;
    }
    let field = unit.fields::<DeliveryChannel>(&name);
    let last =
        |info: Option<&ConfigExportDeliveryInfo>| info.and_then(|it| it.last_status()).map(|it| status(it.as_str()));
    let facts = DeliveryChannel {
        name: name.clone(),
        s3_bucket_name: channel.s3_bucket_name.clone(),
        s3_kms_key_arn: channel.s3_kms_key_arn.clone(),
        sns_topic_arn: channel.sns_topic_arn.clone(),
        history_last_status: field.of("history_last_status", &state, |it| last(it.config_history_delivery_info())),
        snapshot_last_status: field.of("snapshot_last_status", &state, |it| last(it.config_snapshot_delivery_info())),
        stream_last_status: field.of("stream_last_status", &state, |it| {
            it.config_stream_delivery_info().and_then(|it| it.last_status()).map(|it| status(it.as_str()))
        }),
    };
    Some(Record::new(name, facts).cites_answer(&state))
}

async fn read_status(unit: &Unit, config: &Client, name: &str) -> Answer<DeliveryChannelStatus> {
    let answer = unit.read(config.describe_delivery_channel_status().delivery_channel_names(name).send()).await?;
    only(answer, "status", |it: DescribeDeliveryChannelStatusOutput| it.delivery_channels_status.unwrap_or_default())
}
