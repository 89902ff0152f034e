//! Settings that hold for a whole region: always one record, whose field is unread where it may not be looked at.

use aws_sdk_ec2::Client;
use wellproof_aws::member::{required, required_text, text};
use wellproof_aws::{Answer, Cited, Fields, Record, Refusal, Unit};
use wellproof_facts::Facts;
use wellproof_facts::ec2::{
    AllowedImagesSettings, EbsEncryptionByDefault, ImageBlockPublicAccess, InstanceMetadataDefaults,
    SnapshotBlockPublicAccess,
};

pub(crate) async fn list(unit: &Unit, ec2: &Client) {
    futures::join!(
        ebs_encryption(unit, ec2),
        instance_metadata(unit, ec2),
        snapshot_sharing(unit, ec2),
        image_sharing(unit, ec2),
        allowed_images(unit, ec2),
    );
}

async fn ebs_encryption(unit: &Unit, ec2: &Client) {
    let answer = unit.read(ec2.get_ebs_encryption_by_default().send()).await;
    let on = said(answer, |it| required(it.ebs_encryption_by_default, "EbsEncryptionByDefault"));
    record(unit, &on, |field| EbsEncryptionByDefault {
        ebs_encryption_by_default: field.of("ebs_encryption_by_default", &on, Clone::clone),
    });
}

async fn instance_metadata(unit: &Unit, ec2: &Client) {
    let answer = unit.read(ec2.get_instance_metadata_defaults().send()).await;
    record(unit, &answer, |field| InstanceMetadataDefaults {
        http_tokens: field.of("http_tokens", &answer, |it| {
            let preferred = text(it.account_level().and_then(|it| it.http_tokens()));
            preferred.filter(|tokens| tokens != "no-preference")
        }),
        http_tokens_enforced: field.of("http_tokens_enforced", &answer, |it| {
            text(it.account_level().and_then(|it| it.http_tokens_enforced()))
        }),
    });
}

async fn snapshot_sharing(unit: &Unit, ec2: &Client) {
    let answer = unit.read(ec2.get_snapshot_block_public_access_state().send()).await;
    let state = said(answer, |it| required_text(it.state(), "State"));
    record(unit, &state, |field| SnapshotBlockPublicAccess { state: field.of("state", &state, Clone::clone) });
}

async fn image_sharing(unit: &Unit, ec2: &Client) {
    let answer = unit.read(ec2.get_image_block_public_access_state().send()).await;
    let state = said(answer, |it| required_text(it.image_block_public_access_state(), "ImageBlockPublicAccessState"));
    record(unit, &state, |field| ImageBlockPublicAccess { state: field.of("state", &state, Clone::clone) });
}

async fn allowed_images(unit: &Unit, ec2: &Client) {
    let answer = unit.read(ec2.get_allowed_images_settings().send()).await;
    let state = said(answer, |it| required_text(it.state(), "State"));
    record(unit, &state, |field| AllowedImagesSettings { state: field.of("state", &state, Clone::clone) });
}

/// The one member that matters of an answer, which must be there.
fn said<O, V>(answer: Answer<O>, member: impl FnOnce(&O) -> Result<V, Refusal>) -> Answer<V> {
    let Cited { value, calls } = answer?;
    match member(&value) {
        Ok(value) => Ok(Cited { value, calls }),
        Err(refusal) => Err(Refusal { calls, ..refusal }),
    }
}

/// Lists the region's one record, whether or not its fields could be read.
fn record<T: Facts, V>(unit: &Unit, answer: &Answer<V>, facts: impl FnOnce(Fields<'_, T>) -> T) {
    let mut listing = unit.listing::<T>();
    listing.cite(match answer {
        Ok(cited) => cited.calls.clone(),
        Err(refusal) => refusal.calls.clone(),
    });
    listing.push(Record::new(unit.region(), facts(unit.fields(unit.region()))));
    listing.close(Ok(()));
}
