//! The sink for all resources of one type in one unit.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::marker::PhantomData;

use aws_smithy_async::future::pagination_stream::PaginationStream;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use wellproof_facts::Facts;
use wellproof_model::{CallId, GapId, Listing as Listed, ListingState, Map, Read, Resource, Tags};

use crate::refusal::Refusal;
use crate::unit::{Answer, Cited, Unit};

/// All resources of one type in one unit, as they come.
///
/// It proves absence only if it is closed with `Ok`; dropped or closed with a refusal it is partial or unread.
#[derive(Debug)]
pub struct Listing<T: Facts> {
    unit: Unit,
    calls: BTreeSet<CallId>,
    /// The calls of the page being read: whatever is pushed came from it.
    page: Vec<CallId>,
    answered: bool,
    count: u64,
    /// The first record that could not be kept.
    broken: Option<Refusal>,
    facts: PhantomData<fn(T)>,
}

impl<T: Facts> Listing<T> {
    pub(crate) fn open(unit: Unit) -> Self {
        Self {
            unit,
            calls: BTreeSet::new(),
            page: Vec::new(),
            answered: false,
            count: 0,
            broken: None,
            facts: PhantomData,
        }
    }

    /// Reads the next page; `None` past the last one. What is pushed afterwards cites it.
    ///
    /// # Errors
    /// What stood in the way; pass it on, so that the listing is closed with it.
    pub async fn page<O, E, R>(
        &mut self,
        pages: &mut PaginationStream<Result<O, SdkError<E, R>>>,
    ) -> Result<Option<O>, Refusal>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        R: fmt::Debug + 'static,
    {
        let page = self.unit.page(pages).await?;
        Ok(page.map(|cited| self.cited(cited)))
    }

    /// Makes a listing call that has no pages. What is pushed afterwards cites it.
    ///
    /// # Errors
    /// What stood in the way; pass it on, or treat it as the answer that it is with [`Listing::cite`].
    pub async fn read<O, E, R>(
        &mut self,
        request: impl Future<Output = Result<O, SdkError<E, R>>>,
    ) -> Result<O, Refusal>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        R: fmt::Debug + 'static,
    {
        let cited = self.unit.read(request).await?;
        Ok(self.cited(cited))
    }

    /// Names calls that the listing rests on beside its own: the listing it goes through resource by resource, or an
    /// error reply that means "there is none".
    pub fn cite(&mut self, calls: impl IntoIterator<Item = CallId>) {
        self.answered = true;
        self.page = calls.into_iter().collect();
        self.calls.extend(self.page.iter().cloned());
    }

    /// Keeps one resource.
    pub fn push(&mut self, record: Record<T>) {
        match self.resource(record) {
            Ok(resource) => {
                self.count += 1;
                self.unit.resource(&resource);
            }
            Err(err) => {
                self.broken.get_or_insert_with(|| Refusal::malformed(format!("a record could not be kept: {err}")));
            }
        }
    }

    /// Keeps several resources.
    pub fn extend(&mut self, records: impl IntoIterator<Item = Record<T>>) {
        for record in records {
            self.push(record);
        }
    }

    /// Keeps one resource, or notes that AWS's answer about it cannot be what AWS documents: the listing goes on, and is
    /// partial in the end.
    pub fn keep(&mut self, record: Result<Record<T>, Refusal>) {
        match record {
            Ok(record) => self.push(record),
            Err(refusal) => {
                self.broken.get_or_insert(refusal);
            }
        }
    }

    /// Keeps what was read of one that was listed: its record, or, where it is gone since, the reply that says so.
    pub fn keep_read(&mut self, read: Answer<Option<Record<T>>>) {
        match read {
            Ok(Cited { value: Some(record), .. }) => self.push(record),
            // Beside the page's own calls, which the next record cites.
            Ok(Cited { value: None, calls }) => self.calls.extend(calls),
            Err(malformed) => self.keep(Err(malformed)),
        }
    }

    /// The calls that it rests on so far.
    pub fn calls(&self) -> impl Iterator<Item = &CallId> {
        self.calls.iter()
    }

    /// Ends the listing: complete with `Ok`, else partial if any page was read, else unread.
    pub fn close(mut self, end: Result<(), Refusal>) {
        let refusal = end.err().or_else(|| self.broken.take());
        let state = match (&refusal, self.answered) {
            (None, _) => ListingState::Complete,
            (Some(_), true) => ListingState::Partial,
            (Some(_), false) => ListingState::Unread,
        };
        self.calls.extend(refusal.iter().flat_map(|refusal| &refusal.calls).cloned());
        let gap = refusal.map(|refusal| self.unit.gap(T::TYPE, &refusal));
        self.unit.closed(Listed {
            kind: T::TYPE.to_owned(),
            unit: self.unit.id().clone(),
            state,
            count: self.count,
            calls: self.calls.into_iter().collect(),
            gap,
        });
    }

    fn cited<O>(&mut self, cited: Cited<O>) -> O {
        self.cite(cited.calls);
        cited.value
    }

    fn resource(&self, record: Record<T>) -> Result<Resource, serde_json::Error> {
        let mut calls = record.calls;
        calls.extend(self.page.iter().cloned());
        calls.sort();
        calls.dedup();
        let mut resource = Resource {
            kind: T::TYPE.to_owned(),
            id: record.id,
            arn: record.arn,
            account: self.unit.account().to_owned(),
            region: record.region.unwrap_or_else(|| self.unit.region().to_owned()),
            tags: record.tags,
            attributes: Map::default(),
            calls,
            unread: BTreeMap::default(),
        };
        resource.set_facts(&record.facts)?;
        if let Some(gap) = record.tags_unread {
            resource.unread.insert("tags".to_owned(), gap);
        }
        Ok(resource)
    }
}

/// One resource as a collector makes it.
#[derive(Clone, Debug)]
pub struct Record<T> {
    id: String,
    arn: Option<String>,
    region: Option<String>,
    tags: Option<Tags>,
    tags_unread: Option<GapId>,
    facts: T,
    calls: Vec<CallId>,
}

impl<T: Facts> Record<T> {
    /// A resource of the listing's page. `id` is unique within type, account and region.
    pub fn new(id: impl Into<String>, facts: T) -> Self {
        Self { id: id.into(), arn: None, region: None, tags: None, tags_unread: None, facts, calls: Vec::new() }
    }

    /// What [`Record::new`] was given.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What [`Record::new`] was given.
    pub const fn facts(&self) -> &T {
        &self.facts
    }

    /// Its ARN.
    pub fn arn(mut self, arn: Option<impl Into<String>>) -> Self {
        self.arn = arn.map(Into::into);
        self
    }

    /// Its region, where that is not the unit's: what a global call says about one region.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Its tags; not to be called for types that cannot have any.
    pub fn tags(mut self, tags: impl IntoIterator<Item = (String, String)>) -> Self {
        self.tags = Some(tags.into_iter().collect());
        self
    }

    /// Its tags, where they take a call of their own.
    pub fn tags_read(mut self, tags: Read<Tags>) -> Self {
        match tags {
            Read::Known(tags) => self.tags = Some(tags),
            Read::Unread(gap) => (self.tags, self.tags_unread) = (Some(Tags::default()), Some(gap)),
        }
        self
    }

    /// Calls beside the listing's page that its facts came from.
    pub fn cites(mut self, calls: impl IntoIterator<Item = CallId>) -> Self {
        self.calls.extend(calls);
        self
    }

    /// The calls of an answer that its facts came from.
    pub fn cites_answer<O>(self, answer: &Answer<O>) -> Self {
        match answer {
            Ok(cited) => self.cites(cited.calls.iter().cloned()),
            Err(_) => self,
        }
    }
}
