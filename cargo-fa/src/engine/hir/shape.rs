//! What a part of the facts says, as bytes: with the rows that it names in their place, and without where anything stands.

use std::fmt;

use rustc_hash::FxHashSet;
use serde::ser::{self, Serialize};

use super::file::FileFacts;
use super::hash::hash;
use super::ir::{ExprId, Name, PatId, PathId, TypeId};

/// A serializer of what stands outside of functions. It goes by the names of types and fields (`ir.rs`), and whatever is new
/// there is part of the shape without further ado.
pub(super) struct Shape<'f> {
    facts: &'f FileFacts,
    bytes: Vec<u8>,
    /// Every name that comes up, where somebody wants to know.
    said: Option<FxHashSet<&'f str>>,
    row: Row,
    without: Without,
    failed: bool,
}

/// Of which table the next number is a row.
#[derive(Clone, Copy, PartialEq)]
enum Row {
    None,
    Name,
    Path,
    Type,
    Pat,
    Expr,
}

/// What is left out of a field.
#[derive(Clone, Copy, PartialEq)]
enum Without {
    Nothing,
    /// What is in it, but for whether there is anything.
    Content,
    /// Numbers, which are places.
    Numbers,
}

impl<'f> Shape<'f> {
    pub(super) fn new(facts: &'f FileFacts) -> Self {
        Self { facts, bytes: Vec::new(), said: None, row: Row::None, without: Without::Nothing, failed: false }
    }

    /// Takes down every name as well.
    pub(super) fn listening(mut self) -> Self {
        self.said = Some(FxHashSet::default());
        self
    }

    pub(super) fn says(&self, name: &str) -> bool {
        self.said.as_ref().is_some_and(|said| said.contains(name))
    }

    /// Names all that was added; `None` where something could not be.
    pub(super) fn hash(&self) -> Option<u128> {
        (!self.failed).then(|| hash(&self.bytes))
    }

    pub(super) fn add(&mut self, part: &impl Serialize) {
        self.failed |= part.serialize(&mut *self).is_err();
    }

    fn tag(&mut self, tag: u32) {
        self.bytes.extend(tag.to_le_bytes());
    }

    fn number(&mut self, number: u64) {
        if self.without == Without::Nothing {
            self.bytes.extend(number.to_le_bytes());
        }
    }

    fn text(&mut self, text: &str) {
        self.bytes.extend((text.len() as u64).to_le_bytes());
        self.bytes.extend(text.as_bytes());
    }

    /// What stands in this row.
    fn row(&mut self, row: Row, at: u32) -> Result<(), Unknown> {
        let facts = self.facts;
        match row {
            Row::None => self.number(u64::from(at)),
            Row::Name => {
                let name = facts.name(Name(at));
                self.text(name);
                self.said.as_mut().map(|said| said.insert(name));
            }
            Row::Path => facts.path(PathId(at)).serialize(self)?,
            Row::Type => facts.ty(TypeId(at)).serialize(self)?,
            Row::Pat => facts.pat(PatId(at)).serialize(self)?,
            Row::Expr => facts.expr(ExprId(at)).serialize(self)?,
        }
        Ok(())
    }
}

/// Facts hold something that this serializer does not know.
#[derive(Debug)]
pub(super) struct Unknown;

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("facts hold something that has no shape")
    }
}

impl std::error::Error for Unknown {}

impl ser::Error for Unknown {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

macro_rules! numbers {
    ($($method:ident $ty:ident),*) => {$(
        fn $method(self, value: $ty) -> Result<(), Unknown> {
            self.number(u64::from(value));
            Ok(())
        }
    )*};
}

impl<'a, 'f> ser::Serializer for &'a mut Shape<'f> {
    type Ok = ();
    type Error = Unknown;
    type SerializeSeq = Parts<'a, 'f>;
    type SerializeTuple = Parts<'a, 'f>;
    type SerializeTupleStruct = Parts<'a, 'f>;
    type SerializeTupleVariant = Parts<'a, 'f>;
    type SerializeMap = Parts<'a, 'f>;
    type SerializeStruct = Parts<'a, 'f>;
    type SerializeStructVariant = Parts<'a, 'f>;

    numbers!(serialize_bool bool, serialize_u8 u8, serialize_u16 u16, serialize_u64 u64, serialize_char char);

    fn serialize_u128(self, value: u128) -> Result<(), Unknown> {
        self.bytes.extend(value.to_le_bytes());
        Ok(())
    }

    fn serialize_u32(self, value: u32) -> Result<(), Unknown> {
        let row = std::mem::replace(&mut self.row, Row::None);
        self.row(row, value)
    }

    fn serialize_i8(self, value: i8) -> Result<(), Unknown> {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> Result<(), Unknown> {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> Result<(), Unknown> {
        self.serialize_i64(value.into())
    }

    fn serialize_i64(self, value: i64) -> Result<(), Unknown> {
        self.number(u64::from_ne_bytes(value.to_ne_bytes()));
        Ok(())
    }

    fn serialize_f32(self, value: f32) -> Result<(), Unknown> {
        self.number(value.to_bits().into());
        Ok(())
    }

    fn serialize_f64(self, value: f64) -> Result<(), Unknown> {
        self.number(value.to_bits());
        Ok(())
    }

    fn serialize_str(self, text: &str) -> Result<(), Unknown> {
        self.text(text);
        Ok(())
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<(), Unknown> {
        self.number(bytes.len() as u64);
        self.bytes.extend(bytes);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Unknown> {
        self.bytes.push(0);
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unknown> {
        self.bytes.push(1);
        if self.without == Without::Content { Ok(()) } else { value.serialize(self) }
    }

    fn serialize_unit(self) -> Result<(), Unknown> {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Unknown> {
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, variant: u32, _: &'static str) -> Result<(), Unknown> {
        self.tag(variant);
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, value: &T) -> Result<(), Unknown> {
        self.row = match name {
            "Name" => Row::Name,
            "PathId" => Row::Path,
            "TypeId" => Row::Type,
            "PatId" => Row::Pat,
            "ExprId" => Row::Expr,
            // An item in a constant: it comes by itself.
            "ItemId" => return Ok(()),
            _ => Row::None,
        };
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        variant: u32,
        _: &'static str,
        value: &T,
    ) -> Result<(), Unknown> {
        self.tag(variant);
        value.serialize(self)
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Parts<'a, 'f>, Unknown> {
        self.number(len.unwrap_or(0) as u64);
        Ok(Parts::of(self, ""))
    }

    fn serialize_tuple(self, _: usize) -> Result<Parts<'a, 'f>, Unknown> {
        Ok(Parts::of(self, ""))
    }

    fn serialize_tuple_struct(self, name: &'static str, _: usize) -> Result<Parts<'a, 'f>, Unknown> {
        Ok(Parts::of(self, name))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        variant: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Parts<'a, 'f>, Unknown> {
        self.tag(variant);
        Ok(Parts::of(self, ""))
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Parts<'a, 'f>, Unknown> {
        self.serialize_seq(len)
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Parts<'a, 'f>, Unknown> {
        Ok(Parts::of(self, name))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        variant: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Parts<'a, 'f>, Unknown> {
        self.tag(variant);
        Ok(Parts::of(self, ""))
    }
}

/// The parts of something, in their order.
pub(super) struct Parts<'a, 'f> {
    shape: &'a mut Shape<'f>,
    of: &'static str,
}

impl<'a, 'f> Parts<'a, 'f> {
    fn of(shape: &'a mut Shape<'f>, of: &'static str) -> Self {
        Self { shape, of }
    }

    fn part<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unknown> {
        value.serialize(&mut *self.shape)
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Unknown> {
        let without = match (self.of, name) {
            // Where it stands; and what it stands in is told by whoever asks.
            ("Span", _) | ("Item", "parent") => return Ok(()),
            ("Function", "body") => Without::Content,
            // Beside the text of the arguments is where they begin.
            ("Attr", "args") => Without::Numbers,
            _ => return self.part(value),
        };
        let outer = std::mem::replace(&mut self.shape.without, without);
        let done = self.part(value);
        self.shape.without = outer;
        done
    }
}

macro_rules! parts {
    ($($of:ident $method:ident),*) => {$(
        impl ser::$of for Parts<'_, '_> {
            type Ok = ();
            type Error = Unknown;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unknown> {
                self.part(value)
            }

            fn end(self) -> Result<(), Unknown> {
                Ok(())
            }
        }
    )*};
}
parts!(
    SerializeSeq serialize_element,
    SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field
);

impl ser::SerializeMap for Parts<'_, '_> {
    type Ok = ();
    type Error = Unknown;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unknown> {
        self.part(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unknown> {
        self.part(value)
    }

    fn end(self) -> Result<(), Unknown> {
        Ok(())
    }
}

macro_rules! fields {
    ($($of:ident),*) => {$(
        impl ser::$of for Parts<'_, '_> {
            type Ok = ();
            type Error = Unknown;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Unknown> {
                self.field(name, value)
            }

            fn end(self) -> Result<(), Unknown> {
                Ok(())
            }
        }
    )*};
}
fields!(SerializeStruct, SerializeStructVariant);
