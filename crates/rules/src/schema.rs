//! What the attributes of each resource type are: the JSON Schemas of the fact structs, as types that predicates are
//! checked against.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;

/// The type of a value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ty {
    pub(crate) kind: Kind,
    /// Whether it can be null: known to be absent.
    pub(crate) nullable: bool,
}

/// What a type is made of, null apart.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    /// Anything; nothing is checked.
    Any,
    Bool,
    Number,
    Text,
    /// An RFC 3339 timestamp, as text.
    Time,
    /// One of these words.
    Word(Arc<[String]>),
    List(Arc<Ty>),
    /// An object whose keys are data.
    Map(Arc<Ty>),
    /// An object with these members.
    Object(Arc<BTreeMap<String, Ty>>),
    /// Only null.
    Null,
}

impl Ty {
    pub(crate) fn of(kind: Kind) -> Self {
        Self { kind, nullable: false }
    }

    pub(crate) fn any() -> Self {
        Self { kind: Kind::Any, nullable: true }
    }

    /// What it is, in words.
    pub(crate) fn words(&self) -> String {
        match &self.kind {
            Kind::Any => "any value".to_owned(),
            Kind::Bool => "a boolean".to_owned(),
            Kind::Number => "a number".to_owned(),
            Kind::Text => "text".to_owned(),
            Kind::Time => "a timestamp".to_owned(),
            Kind::Word(words) => format!("one of {}", words.join(", ")),
            Kind::List(_) => "a list".to_owned(),
            Kind::Map(_) | Kind::Object(_) => "an object".to_owned(),
            Kind::Null => "null".to_owned(),
        }
    }

    pub(crate) fn is_text(&self) -> bool {
        matches!(self.kind, Kind::Text | Kind::Time | Kind::Word(_))
    }

    /// The type of a member, by a path that goes through lists. `Err` holds the names that there are.
    pub(crate) fn member(&self, name: &str) -> Result<Self, Vec<String>> {
        match &self.kind {
            Kind::Any => Ok(Self::any()),
            Kind::Object(members) => members.get(name).cloned().ok_or_else(|| members.keys().cloned().collect()),
            Kind::Map(of) => Ok((**of).clone()),
            _ => Err(Vec::new()),
        }
    }
}

/// The schemas of all resource types that rules can look at.
#[derive(Clone, Debug, Default)]
pub struct Schemas {
    types: BTreeMap<String, Arc<BTreeMap<String, Ty>>>,
}

impl Schemas {
    /// The schemas of the fact structs.
    pub fn shipped() -> Self {
        Self::from_json(wellproof_facts::schemas().iter().map(|(name, schema)| (*name, schema)))
    }

    /// Reads the schemas of resource types by name; what a schema says beyond types is ignored.
    pub fn from_json<'s>(schemas: impl IntoIterator<Item = (&'s str, &'s Json)>) -> Self {
        let types = schemas
            .into_iter()
            .map(|(name, schema)| {
                let members = match (Reader { root: schema }).ty(schema, 0).kind {
                    Kind::Object(members) => members,
                    _ => Arc::default(),
                };
                (name.to_owned(), members)
            })
            .collect();
        Self { types }
    }

    /// The names of all types.
    pub fn types(&self) -> impl Iterator<Item = &str> {
        self.types.keys().map(String::as_str)
    }

    pub(crate) fn attributes(&self, kind: &str) -> Option<&Arc<BTreeMap<String, Ty>>> {
        self.types.get(kind)
    }
}

struct Reader<'s> {
    root: &'s Json,
}

/// A schema that refers to itself is cut off here.
const DEEPEST: usize = 12;

impl Reader<'_> {
    fn ty(&self, schema: &Json, depth: usize) -> Ty {
        if depth > DEEPEST {
            return Ty::any();
        }
        let Json::Object(fields) = schema else { return Ty::any() };
        if let Some(target) = fields.get("$ref").and_then(Json::as_str) {
            return target
                .strip_prefix('#')
                .and_then(|pointer| self.root.pointer(pointer))
                .map_or_else(Ty::any, |schema| self.ty(schema, depth + 1));
        }
        for key in ["anyOf", "oneOf"] {
            if let Some(Json::Array(options)) = fields.get(key) {
                return self.one_of(options, depth);
            }
        }
        if let Some(Json::Array(options)) = fields.get("allOf") {
            return options.first().map_or_else(Ty::any, |schema| self.ty(schema, depth + 1));
        }
        if let Some(word) = fields.get("const").and_then(Json::as_str) {
            return Ty::of(Kind::Word([word.to_owned()].into()));
        }
        if let Some(Json::Array(values)) = fields.get("enum") {
            let words: Vec<String> = values.iter().filter_map(Json::as_str).map(str::to_owned).collect();
            let nullable = values.iter().any(Json::is_null);
            return Ty { kind: Kind::Word(words.into()), nullable };
        }
        let names: Vec<&str> = match fields.get("type") {
            Some(Json::String(name)) => vec![name],
            Some(Json::Array(names)) => names.iter().filter_map(Json::as_str).collect(),
            _ => return Ty::any(),
        };
        let nullable = names.contains(&"null");
        let kind = match names.iter().find(|name| **name != "null") {
            Some(&"boolean") => Kind::Bool,
            Some(&("integer" | "number")) => Kind::Number,
            Some(&"string") if fields.get("format").and_then(Json::as_str) == Some("date-time") => Kind::Time,
            Some(&"string") => Kind::Text,
            Some(&"array") => {
                Kind::List(Arc::new(fields.get("items").map_or_else(Ty::any, |items| self.ty(items, depth + 1))))
            }
            Some(&"object") => self.object(fields, depth),
            _ => Kind::Null,
        };
        Ty { kind, nullable }
    }

    fn object(&self, fields: &serde_json::Map<String, Json>, depth: usize) -> Kind {
        if let Some(Json::Object(members)) = fields.get("properties") {
            return Kind::Object(Arc::new(
                members.iter().map(|(name, schema)| (name.clone(), self.ty(schema, depth + 1))).collect(),
            ));
        }
        match fields.get("additionalProperties") {
            Some(schema @ Json::Object(_)) => Kind::Map(Arc::new(self.ty(schema, depth + 1))),
            Some(Json::Bool(false)) => Kind::Object(Arc::default()),
            _ => Kind::Map(Arc::new(Ty::any())),
        }
    }

    fn one_of(&self, options: &[Json], depth: usize) -> Ty {
        let types: Vec<Ty> = options.iter().map(|option| self.ty(option, depth + 1)).collect();
        let nullable = types.iter().any(|ty| ty.nullable || ty.kind == Kind::Null);
        let mut kinds = types.into_iter().map(|ty| ty.kind).filter(|kind| *kind != Kind::Null);
        let Some(first) = kinds.next() else { return Ty { kind: Kind::Null, nullable: true } };
        let kind = kinds.fold(first, |one, other| match (one, other) {
            (Kind::Word(a), Kind::Word(b)) => Kind::Word(a.iter().chain(b.iter()).cloned().collect()),
            (a, b) if a == b => a,
            _ => Kind::Any,
        });
        Ty { kind, nullable }
    }
}
