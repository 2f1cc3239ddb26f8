//! The instructions that refer to something, picked out of a function's body. Most of the time of an
//! inspection is spent here, so the instructions that compilers write most are only measured
//! (`skip.rs`); a body with any other is read by wasmparser.

use wasmparser::{
    FunctionBody, OperatorsReader, OperatorsReaderAllocations, VisitOperator, VisitSimdOperator,
};

use super::skip;
use crate::Error;

/// An instruction that refers to something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reference {
    /// A direct call of a function.
    Call(u32),
    /// A call through a table, of a function with this type.
    CallIndirect(u32),
    /// The address of a function.
    Function(u32),
    /// A 32-bit constant.
    Constant(u32),
    /// The value of a global.
    Global(u32),
    /// An instruction of the exception-handling encoding that was withdrawn.
    LegacyException,
}

/// Reads bodies one after the other, keeping its allocations.
#[derive(Default)]
pub(crate) struct CodeReader {
    allocations: OperatorsReaderAllocations,
    found: Vec<(Reference, usize)>,
}

impl CodeReader {
    /// Calls `found` with every reference of a body and the place of its instruction in the file.
    pub(crate) fn read(
        &mut self,
        body: &FunctionBody<'_>,
        mut found: impl FnMut(Reference, u64),
    ) -> Result<(), Error> {
        let reader = body.get_binary_reader_for_operators()?;
        let start = reader.original_position();
        let locals = usize::try_from(start - body.range().start).unwrap_or(usize::MAX);
        let code = body.as_bytes().get(locals..).unwrap_or_default();
        self.found.clear();
        if skip::references(code, &mut self.found).is_some() {
            for (reference, at) in &self.found {
                found(*reference, start + *at as u64);
            }
            return Ok(());
        }
        let allocations = std::mem::take(&mut self.allocations);
        let mut operators = OperatorsReader::new_with_allocs(reader, allocations);
        while !operators.eof() {
            let at = operators.original_position();
            if let Some(reference) = operators.visit_operator(&mut Picker)? {
                found(reference, at);
            }
        }
        self.allocations = operators.into_allocations();
        Ok(())
    }
}

/// Gives the reference that an instruction is.
struct Picker;

macro_rules! pick {
    ($( @$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
        $( pick!(@one $visit $($($arg: $argty),*)?); )*
    };
    (@one visit_call $arg:ident: $argty:ty) => {
        fn visit_call(&mut self, $arg: $argty) -> Self::Output { Some(Reference::Call($arg)) }
    };
    (@one visit_return_call $arg:ident: $argty:ty) => {
        fn visit_return_call(&mut self, $arg: $argty) -> Self::Output { Some(Reference::Call($arg)) }
    };
    (@one visit_call_indirect $ty:ident: $tyty:ty, $table:ident: $tablety:ty) => {
        fn visit_call_indirect(&mut self, $ty: $tyty, _: $tablety) -> Self::Output {
            Some(Reference::CallIndirect($ty))
        }
    };
    (@one visit_return_call_indirect $ty:ident: $tyty:ty, $table:ident: $tablety:ty) => {
        fn visit_return_call_indirect(&mut self, $ty: $tyty, _: $tablety) -> Self::Output {
            Some(Reference::CallIndirect($ty))
        }
    };
    (@one visit_ref_func $arg:ident: $argty:ty) => {
        fn visit_ref_func(&mut self, $arg: $argty) -> Self::Output { Some(Reference::Function($arg)) }
    };
    (@one visit_global_get $arg:ident: $argty:ty) => {
        fn visit_global_get(&mut self, $arg: $argty) -> Self::Output { Some(Reference::Global($arg)) }
    };
    (@one visit_i32_const $arg:ident: $argty:ty) => {
        fn visit_i32_const(&mut self, $arg: $argty) -> Self::Output {
            Some(Reference::Constant($arg.cast_unsigned()))
        }
    };
    (@one visit_try $($rest:tt)*) => { pick!(@legacy visit_try $($rest)*); };
    (@one visit_catch $($rest:tt)*) => { pick!(@legacy visit_catch $($rest)*); };
    (@one visit_catch_all $($rest:tt)*) => { pick!(@legacy visit_catch_all $($rest)*); };
    (@one visit_rethrow $($rest:tt)*) => { pick!(@legacy visit_rethrow $($rest)*); };
    (@one visit_delegate $($rest:tt)*) => { pick!(@legacy visit_delegate $($rest)*); };
    (@legacy $visit:ident $($arg:ident: $argty:ty),*) => {
        fn $visit(&mut self $(, _: $argty)*) -> Self::Output { Some(Reference::LegacyException) }
    };
    (@one $visit:ident $($arg:ident: $argty:ty),*) => {
        fn $visit(&mut self $(, _: $argty)*) -> Self::Output { None }
    };
}

impl<'a> VisitOperator<'a> for Picker {
    type Output = Option<Reference>;

    fn simd_visitor(&mut self) -> Option<&mut dyn VisitSimdOperator<'a, Output = Self::Output>> {
        Some(self)
    }

    wasmparser::for_each_visit_operator!(pick);
}

impl VisitSimdOperator<'_> for Picker {
    wasmparser::for_each_visit_simd_operator!(pick);
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmparser::{Parser, Payload};

    /// The references of a function of this text: as skipping finds them when it can, and as
    /// wasmparser does.
    fn both(body: &str) -> (Option<Vec<Reference>>, Vec<Reference>) {
        let module = format!(
            "(module (type $t (func)) (memory 1) (table 1 funcref) (global $g i32 (i32.const 7))
               (data \"x\") (elem declare func $f) (tag $e) (func $f)
               (func (param i32) (local i64 f64) {body}))"
        );
        let binary = wat::parse_str(module).expect("the text is valid");
        let payloads = Parser::new(0).parse_all(&binary);
        let last = payloads.filter_map(|payload| match payload {
            Ok(Payload::CodeSectionEntry(body)) => Some(body),
            _ => None,
        });
        let body = last.last().expect("there is a function");
        let reader = body
            .get_binary_reader_for_operators()
            .expect("it has locals");
        let locals = (reader.original_position() - body.range().start) as usize;
        let mut skipped = Vec::new();
        let done = skip::references(&body.as_bytes()[locals..], &mut skipped);
        let mut read = Vec::new();
        let mut operators = OperatorsReader::new(reader);
        while !operators.eof() {
            let at = operators.original_position() - body.range().start;
            let reference = operators.visit_operator(&mut Picker).expect("it is valid");
            read.extend(reference.map(|reference| (reference, at as usize - locals)));
        }
        if done.is_some() {
            assert_eq!(skipped, read, "{body:?}");
        }
        let only = |list: Vec<(Reference, usize)>| list.into_iter().map(|(found, _)| found);
        (done.map(|()| only(skipped).collect()), only(read).collect())
    }

    #[test]
    fn skipping_finds_what_reading_finds() {
        for body in [
            "call $f (call_indirect (type $t) (i32.const 0)) (drop (ref.func $f))",
            "(drop (i32.const -1)) (drop (i32.const 1048576)) (drop (i64.const -9223372036854775808))",
            "(drop (f32.const 1.5)) (drop (f64.const 2.5)) (drop (global.get $g))",
            "(drop (i32.load offset=70000 align=1 (local.get 0))) (i64.store (local.get 0) (i64.const 300))",
            "(block (loop (br_if 1 (local.get 0)) (br 0))) (if (local.get 0) (then nop) (else return))",
            "(block (block (br_table 0 1 0 1 (local.get 0)))) unreachable",
            "(drop (block (result i32) (i32.const 300)))",
            "(memory.copy (local.get 0) (local.get 0) (local.get 0)) (memory.fill (local.get 0) (local.get 0) (local.get 0))",
            "(drop (i32.trunc_sat_f64_u (f64.const 1))) (data.drop 0) (drop (memory.grow (memory.size)))",
            "(memory.init 0 (local.get 0) (local.get 0) (local.get 0)) (drop (select (local.get 0) (local.get 0) (local.get 0)))",
            "(drop (i32.extend8_s (i32.eqz (local.tee 0 (i32.const 5))))) (local.set 0 (i32.const 128))",
            "(return_call $f)",
        ] {
            let (skipped, read) = both(body);
            assert_eq!(skipped.as_ref(), Some(&read), "{body}");
        }
    }

    #[test]
    fn what_skipping_does_not_know_is_left_to_reading() {
        for (body, count) in [
            ("(drop (i8x16.splat (i32.const 9))) call $f", 2),
            ("(try_table (catch_all 0) call $f)", 1),
            ("(drop (ref.is_null (ref.null func)))", 0),
        ] {
            let (skipped, read) = both(body);
            assert_eq!(skipped, None, "{body}");
            assert_eq!(read.len(), count, "{body}");
        }
    }
}
