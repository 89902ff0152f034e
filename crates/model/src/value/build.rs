//! Values out of fact structs, without a detour through JSON.

use compact_str::CompactString;
use serde::Serialize;
use serde::ser::{self, Error as _, Serializer};

use super::Value;

type Error = serde_json::Error;

/// Serializes a thing to the value that it is. A number that is not finite becomes null, as in JSON.
pub(super) struct Build;

impl Serializer for Build {
    type Ok = Value;
    type Error = Error;
    type SerializeSeq = List;
    type SerializeTuple = List;
    type SerializeTupleStruct = List;
    type SerializeTupleVariant = Named<List>;
    type SerializeMap = Object;
    type SerializeStruct = Object;
    type SerializeStructVariant = Named<Object>;

    fn serialize_bool(self, it: bool) -> Result<Value, Error> {
        Ok(Value::Bool(it))
    }
    fn serialize_i8(self, it: i8) -> Result<Value, Error> {
        Ok(Value::Int(it.into()))
    }
    fn serialize_i16(self, it: i16) -> Result<Value, Error> {
        Ok(Value::Int(it.into()))
    }
    fn serialize_i32(self, it: i32) -> Result<Value, Error> {
        Ok(Value::Int(it.into()))
    }
    fn serialize_i64(self, it: i64) -> Result<Value, Error> {
        Ok(Value::Int(it))
    }
    fn serialize_u8(self, it: u8) -> Result<Value, Error> {
        Ok(Value::Int(it.into()))
    }
    fn serialize_u16(self, it: u16) -> Result<Value, Error> {
        Ok(Value::Int(it.into()))
    }
    fn serialize_u32(self, it: u32) -> Result<Value, Error> {
        Ok(Value::Int(it.into()))
    }
    #[expect(clippy::cast_precision_loss, reason = "a number past 2^63 is not whole to JSON either")]
    fn serialize_u64(self, it: u64) -> Result<Value, Error> {
        Ok(i64::try_from(it).map_or(Value::Float(it as f64), Value::Int))
    }
    fn serialize_f32(self, it: f32) -> Result<Value, Error> {
        self.serialize_f64(it.into())
    }
    fn serialize_f64(self, it: f64) -> Result<Value, Error> {
        Ok(if it.is_finite() { Value::Float(it) } else { Value::Null })
    }
    fn serialize_char(self, it: char) -> Result<Value, Error> {
        Ok(Value::from(&*it.encode_utf8(&mut [0; 4])))
    }
    fn serialize_str(self, it: &str) -> Result<Value, Error> {
        Ok(Value::Str(it.into()))
    }
    fn serialize_bytes(self, it: &[u8]) -> Result<Value, Error> {
        Ok(Value::List(it.iter().map(|byte| Value::Int((*byte).into())).collect()))
    }
    fn serialize_none(self) -> Result<Value, Error> {
        Ok(Value::Null)
    }
    fn serialize_some<T: ?Sized + Serialize>(self, it: &T) -> Result<Value, Error> {
        it.serialize(self)
    }
    fn serialize_unit(self) -> Result<Value, Error> {
        Ok(Value::Null)
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<Value, Error> {
        Ok(Value::Null)
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Value, Error> {
        Ok(Value::from(variant))
    }
    fn serialize_newtype_struct<T: ?Sized + Serialize>(self, _: &'static str, it: &T) -> Result<Value, Error> {
        it.serialize(self)
    }
    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        it: &T,
    ) -> Result<Value, Error> {
        Ok(named(variant, it.serialize(self)?))
    }
    fn serialize_seq(self, len: Option<usize>) -> Result<List, Error> {
        Ok(List(Vec::with_capacity(len.unwrap_or(0))))
    }
    fn serialize_tuple(self, len: usize) -> Result<List, Error> {
        self.serialize_seq(Some(len))
    }
    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<List, Error> {
        self.serialize_seq(Some(len))
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Named<List>, Error> {
        Ok(Named { variant, inner: self.serialize_seq(Some(len))? })
    }
    fn serialize_map(self, len: Option<usize>) -> Result<Object, Error> {
        Ok(Object { entries: Vec::with_capacity(len.unwrap_or(0)), key: None })
    }
    fn serialize_struct(self, _: &'static str, len: usize) -> Result<Object, Error> {
        self.serialize_map(Some(len))
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Named<Object>, Error> {
        Ok(Named { variant, inner: self.serialize_map(Some(len))? })
    }
}

fn named(variant: &'static str, value: Value) -> Value {
    Value::Map([(CompactString::const_new(variant), value)].into_iter().collect())
}

pub(super) struct List(Vec<Value>);

impl List {
    fn push<T: ?Sized + Serialize>(&mut self, it: &T) -> Result<(), Error> {
        self.0.push(it.serialize(Build)?);
        Ok(())
    }
}

impl ser::SerializeSeq for List {
    type Ok = Value;
    type Error = Error;
    fn serialize_element<T: ?Sized + Serialize>(&mut self, it: &T) -> Result<(), Error> {
        self.push(it)
    }
    fn end(self) -> Result<Value, Error> {
        Ok(Value::List(self.0.into()))
    }
}

impl ser::SerializeTuple for List {
    type Ok = Value;
    type Error = Error;
    fn serialize_element<T: ?Sized + Serialize>(&mut self, it: &T) -> Result<(), Error> {
        self.push(it)
    }
    fn end(self) -> Result<Value, Error> {
        Ok(Value::List(self.0.into()))
    }
}

impl ser::SerializeTupleStruct for List {
    type Ok = Value;
    type Error = Error;
    fn serialize_field<T: ?Sized + Serialize>(&mut self, it: &T) -> Result<(), Error> {
        self.push(it)
    }
    fn end(self) -> Result<Value, Error> {
        Ok(Value::List(self.0.into()))
    }
}

pub(super) struct Object {
    entries: Vec<(CompactString, Value)>,
    key: Option<CompactString>,
}

impl ser::SerializeMap for Object {
    type Ok = Value;
    type Error = Error;
    fn serialize_key<T: ?Sized + Serialize>(&mut self, key: &T) -> Result<(), Error> {
        self.key = Some(match key.serialize(Build)? {
            Value::Str(key) => key,
            Value::Int(key) => CompactString::from(key.to_string()),
            Value::Bool(key) => CompactString::from(key.to_string()),
            _ => return Err(Error::custom("a key is a text")),
        });
        Ok(())
    }
    fn serialize_value<T: ?Sized + Serialize>(&mut self, it: &T) -> Result<(), Error> {
        let key = self.key.take().ok_or_else(|| Error::custom("a value needs a key"))?;
        self.entries.push((key, it.serialize(Build)?));
        Ok(())
    }
    fn end(self) -> Result<Value, Error> {
        Ok(Value::Map(self.entries.into_iter().collect()))
    }
}

impl ser::SerializeStruct for Object {
    type Ok = Value;
    type Error = Error;
    fn serialize_field<T: ?Sized + Serialize>(&mut self, key: &'static str, it: &T) -> Result<(), Error> {
        self.entries.push((CompactString::const_new(key), it.serialize(Build)?));
        Ok(())
    }
    fn end(self) -> Result<Value, Error> {
        Ok(Value::Map(self.entries.into_iter().collect()))
    }
}

pub(super) struct Named<T> {
    variant: &'static str,
    inner: T,
}

impl ser::SerializeTupleVariant for Named<List> {
    type Ok = Value;
    type Error = Error;
    fn serialize_field<T: ?Sized + Serialize>(&mut self, it: &T) -> Result<(), Error> {
        self.inner.push(it)
    }
    fn end(self) -> Result<Value, Error> {
        Ok(named(self.variant, ser::SerializeSeq::end(self.inner)?))
    }
}

impl ser::SerializeStructVariant for Named<Object> {
    type Ok = Value;
    type Error = Error;
    fn serialize_field<T: ?Sized + Serialize>(&mut self, key: &'static str, it: &T) -> Result<(), Error> {
        ser::SerializeStruct::serialize_field(&mut self.inner, key, it)
    }
    fn end(self) -> Result<Value, Error> {
        Ok(named(self.variant, ser::SerializeStruct::end(self.inner)?))
    }
}
