//! What a function gives that is no longer imported: its own error where it has one, and otherwise whatever
//! says the same. What can say nothing stops the program.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use wasm_encoder::{Instruction, MemArg};
use wit_parser::{
    Enum, Function, Handle, Int, InterfaceId, Result_, SizeAlign, Type, TypeDefKind, TypeId,
    TypeOwner, Variant,
};

use super::parts::{CoreImport, Parts};
use super::types::Types;

/// Names of errors that say that something is not there, best first. The last is what interfaces have
/// for errors of the host.
const NOT_SUPPORTED: [&str; 4] = [
    "not-supported",
    "unsupported",
    "not-implemented",
    "internal-error",
];

/// What happens when a stubbed function is called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// It gives this error of its own, or one without a name.
    Error(Option<String>),
    /// It gives nothing: there is none of what it is asked for.
    Nothing,
    /// It gives a handle with which nothing can be done: whatever takes it is stubbed too.
    Handle,
    /// It drops such a handle, which does nothing.
    Drop,
    /// It stops the program: its result has no error in it.
    Trap,
    /// It would stop the program, but is about a resource that the program can't get.
    Unreached,
}

/// Decides the answers.
pub(super) struct Answers<'a> {
    types: &'a Types,
    sizes: SizeAlign,
    /// Interfaces that are no longer imported at all.
    gone: BTreeSet<InterfaceId>,
    /// Resources of these that the program gets handles of.
    given: BTreeSet<TypeId>,
}

impl<'a> Answers<'a> {
    pub(super) fn new(
        parts: &'a Parts,
        imports: &[CoreImport],
        chosen: &[&CoreImport],
    ) -> Answers<'a> {
        let types = &parts.types;
        let mut sizes = SizeAlign::default();
        sizes.fill(&types.resolve);
        let left = imports.iter().filter(|import| !chosen.contains(import));
        let left = types.with_types(left.map(|import| import.id).collect());
        let all = types.interfaces().into_iter().map(|(_, id)| id);
        let mut answers = Answers {
            types,
            sizes,
            gone: all.filter(|id| !left.contains(id)).collect(),
            given: BTreeSet::new(),
        };
        for import in chosen {
            if let Some(function) = answers.function(import)
                && let Some(resource) = answers.owned(function.result.as_ref())
                && answers.is_gone(resource)
            {
                answers.given.insert(resource);
            }
        }
        answers
    }

    pub(super) fn of(&self, import: &CoreImport) -> Result<Answer> {
        if let Some(resource) = import.name.strip_prefix("[resource-drop]") {
            return Ok(self.of_drop(import, resource));
        }
        let Some(function) = self.function(import) else {
            bail!(
                "`{}#{}` can't be stubbed: it is asynchronous",
                import.interface,
                import.name
            );
        };
        let result = function.result.as_ref();
        if let Some(error) = self.error(result) {
            return Ok(Answer::Error(error));
        }
        if self.can_be_empty(function) {
            return Ok(Answer::Nothing);
        }
        if self.owned(result).is_some_and(|id| self.is_gone(id)) {
            return Ok(Answer::Handle);
        }
        let resource = function.kind.resource();
        let never = resource.is_some_and(|id| {
            let is_static = matches!(function.kind, wit_parser::FunctionKind::Static(_));
            let id = self.types.origin(id);
            !is_static && self.is_gone(id) && !self.given.contains(&id)
        });
        Ok(if never {
            Answer::Unreached
        } else {
            Answer::Trap
        })
    }

    fn of_drop(&self, import: &CoreImport, resource: &str) -> Answer {
        let types = &self.types.resolve.interfaces[import.id].types;
        let id = types.get(resource).map(|id| self.types.origin(*id));
        match id {
            Some(id) if self.given.contains(&id) => Answer::Drop,
            _ => Answer::Unreached,
        }
    }

    fn function(&self, import: &CoreImport) -> Option<&'a Function> {
        self.types.resolve.interfaces[import.id]
            .functions
            .get(&import.name)
    }

    /// Whether nothing that is still imported can have a handle of the resource.
    fn is_gone(&self, resource: TypeId) -> bool {
        match self.types.resolve.types[resource].owner {
            TypeOwner::Interface(id) => self.gone.contains(&id),
            _ => false,
        }
    }

    /// The resource that a result is an owned handle of.
    fn owned(&self, result: Option<&Type>) -> Option<TypeId> {
        match self.kind(result?)? {
            TypeDefKind::Handle(Handle::Own(id)) => Some(self.types.origin(*id)),
            _ => None,
        }
    }

    /// Whether a result may be empty and is true then: it would hold handles, which there are none of, or
    /// it is the texts that the host has for whoever asks, such as the arguments and the environment.
    fn can_be_empty(&self, function: &Function) -> bool {
        let result = function.result.as_ref();
        match result.and_then(|result| self.kind(result)) {
            Some(TypeDefKind::Option(of) | TypeDefKind::List(of)) => {
                self.holds_handle(of) || function.params.is_empty() && self.is_text(of)
            }
            _ => false,
        }
    }

    fn is_text(&self, of: &Type) -> bool {
        match self.kind(of) {
            Some(TypeDefKind::Tuple(tuple)) => tuple.types.iter().all(|it| self.is_text(it)),
            Some(TypeDefKind::Type(of)) => self.is_text(of),
            _ => matches!(of, Type::String),
        }
    }

    fn holds_handle(&self, of: &Type) -> bool {
        self.owned(Some(of)).is_some()
            || match self.kind(of) {
                Some(TypeDefKind::Tuple(of)) => of.types.iter().any(|it| self.holds_handle(it)),
                Some(TypeDefKind::Record(of)) => {
                    of.fields.iter().any(|field| self.holds_handle(&field.ty))
                }
                _ => false,
            }
    }

    /// The error that a result can be, with its name where it has one.
    fn error(&self, result: Option<&Type>) -> Option<Option<String>> {
        let error = match self.kind(result?)? {
            TypeDefKind::Result(Result_ { err, .. }) => err,
            _ => return None,
        };
        match error {
            None => Some(None),
            Some(error) => Some(Some(self.case(error)?.name)),
        }
    }

    /// The case of an error type that says that something is not supported.
    fn case(&self, error: &Type) -> Option<Case> {
        let kind = self.kind(error)?;
        NOT_SUPPORTED.iter().find_map(|name| {
            let (value, payload, tag) = match kind {
                TypeDefKind::Enum(of) => (place(of, name)?, None, of.tag()),
                TypeDefKind::Variant(of) => self.in_variant(of, name)?,
                _ => return None,
            };
            Some(Case {
                name: (*name).to_owned(),
                value,
                payload,
                tag,
            })
        })
    }

    /// The number of a variant's case, which holds nothing or may, and where that is said.
    fn in_variant(&self, of: &Variant, name: &str) -> Option<(u32, Option<u32>, Int)> {
        let value = of.cases.iter().position(|case| case.name == name)?;
        let offset = match &of.cases[value].ty {
            None => None,
            Some(may) if matches!(self.kind(may), Some(TypeDefKind::Option(_))) => {
                let all = of.cases.iter().map(|case| case.ty.as_ref());
                let offset = self.sizes.payload_offset(of.tag(), all).size_wasm32();
                Some(u32::try_from(offset).ok()?)
            }
            Some(_) => return None,
        };
        Some((u32::try_from(value).ok()?, offset, of.tag()))
    }

    fn kind(&self, of: &Type) -> Option<&'a TypeDefKind> {
        let Type::Id(id) = of else { return None };
        let last = self.types.origin(*id);
        Some(&self.types.resolve.types[last].kind)
    }

    /// The instructions of a stub.
    pub(super) fn body(&self, import: &CoreImport, answer: &Answer) -> Vec<Instruction<'static>> {
        let params = import.signature.params().len();
        let pointer = u32::try_from(params.saturating_sub(1)).unwrap_or_default();
        let in_memory = import.signature.results().is_empty();
        match answer {
            Answer::Trap | Answer::Unreached => vec![Instruction::Unreachable],
            Answer::Drop => Vec::new(),
            Answer::Handle => vec![Instruction::I32Const(1)],
            // Where no list is: not at zero, which is no place that a program would accept.
            Answer::Nothing if self.is_list(import) => {
                let mut body = store(pointer, Int::U32, 0, 8);
                body.extend(store(pointer, Int::U32, 4, 0));
                body
            }
            Answer::Nothing => store(pointer, Int::U8, 0, 0),
            Answer::Error(_) if !in_memory => vec![Instruction::I32Const(1)],
            Answer::Error(_) => self.error_in_memory(import, pointer),
        }
    }

    fn is_list(&self, import: &CoreImport) -> bool {
        let result = self.function(import).and_then(|it| it.result.as_ref());
        let kind = result.and_then(|result| self.kind(result));
        matches!(kind, Some(TypeDefKind::List(_)))
    }

    fn error_in_memory(&self, import: &CoreImport, pointer: u32) -> Vec<Instruction<'static>> {
        let mut body = store(pointer, Int::U8, 0, 1);
        let result = self.function(import).and_then(|it| it.result.as_ref());
        let Some(TypeDefKind::Result(of)) = result.and_then(|result| self.kind(result)) else {
            return body;
        };
        let cases = [of.ok.as_ref(), of.err.as_ref()];
        let offset = self.sizes.payload_offset(Int::U8, cases).size_wasm32();
        let offset = u64::try_from(offset).unwrap_or_default();
        if let Some(case) = of.err.as_ref().and_then(|error| self.case(error)) {
            body.extend(store(pointer, case.tag, offset, case.value));
            if let Some(payload) = case.payload {
                body.extend(store(pointer, Int::U8, offset + u64::from(payload), 0));
            }
        }
        body
    }
}

/// One case of an error type.
struct Case {
    name: String,
    value: u32,
    /// Where it says that it holds nothing, where it could.
    payload: Option<u32>,
    tag: Int,
}

fn place(of: &Enum, name: &str) -> Option<u32> {
    let place = of.cases.iter().position(|case| case.name == name)?;
    u32::try_from(place).ok()
}

fn store(pointer: u32, width: Int, offset: u64, value: u32) -> Vec<Instruction<'static>> {
    let at = |align| MemArg {
        offset,
        align,
        memory_index: 0,
    };
    let store = match width {
        Int::U8 => Instruction::I32Store8(at(0)),
        Int::U16 => Instruction::I32Store16(at(1)),
        Int::U32 | Int::U64 => Instruction::I32Store(at(2)),
    };
    vec![
        Instruction::LocalGet(pointer),
        Instruction::I32Const(value.cast_signed()),
        store,
    ]
}
