//! Whether anything still needs each snapshot.

use wellproof_facts::Facts;
use wellproof_facts::derived::SnapshotUse;
use wellproof_facts::ec2::{Image, Snapshot, Volume};
use wellproof_model::{Resource, Tags};

use crate::Derivation;
use crate::join::{Derived, Index, Place, tag, tag_from};

pub(crate) const DERIVATION: Derivation = Derivation {
    kind: SnapshotUse::TYPE,
    inputs: &[Image::TYPE, Snapshot::TYPE, Volume::TYPE],
    make: |place, _| derive(place),
};

const BACKUP_TAGS: &str = "aws:backup:";
const LIFECYCLE_TAGS: &str = "aws:dlm:";
const LIFECYCLE_MARK: &str = "dlm:managed";
/// What AWS names as the volume of a snapshot that was copied, whichever volume it was taken of.
const ANY_VOLUME: &str = "vol-ffffffff";

fn derive(place: &Place<'_>) -> Derived {
    let volumes = place.by_id(Volume::TYPE);
    let (images, images_listed) = place.read(Image::TYPE, |resource, image: Image| (resource, image));
    let own = images.into_iter().filter(|(_, image)| image.own);
    let made_of = own.flat_map(|(resource, image)| image.snapshot_ids.into_iter().map(move |id| (id, resource)));
    let images: Index<'_, String, &Resource> = Index::new(made_of, images_listed);
    place.each::<Snapshot, _, _>(&["kept_by_policy"], |resource, snapshot: Snapshot, cite| {
        let volume = if snapshot.volume_id == ANY_VOLUME {
            let what = format!("{}#{}.volume_id", Snapshot::TYPE, resource.id);
            Err(place.doubt(&what, "it is a copy or was written without a volume, and AWS names none"))
        } else {
            volumes.record(&snapshot.volume_id, cite).map(|found| found.is_some())
        };
        let image = images.record(&resource.id, cite);
        SnapshotUse {
            kept_by_policy: kept_by_policy(resource.tags.as_ref()),
            archived: snapshot.storage_tier.as_deref() == Some("archive"),
            volume_exists: volume.into(),
            used_by_image: image.map(|found| found.is_some()).into(),
            start_time: snapshot.start_time,
            volume_size: snapshot.volume_size,
            snapshot_id: snapshot.snapshot_id,
        }
    })
}

fn kept_by_policy(tags: Option<&Tags>) -> bool {
    tag_from(tags, BACKUP_TAGS).is_some()
        || tag_from(tags, LIFECYCLE_TAGS).is_some()
        || tag(tags, LIFECYCLE_MARK).is_some()
}
