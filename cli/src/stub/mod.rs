//! Imports taken out of a component, for hosts that don't offer them: what the program calls instead is
//! in the component itself, and gives the error that says so.
//!
//! A component is taken apart into its main core module and the types that it shows to the outside, and is
//! put together again by `wit-component`, as the linker did. In the core module nothing moves: the imports
//! keep their places, and only the names in its import section lead to another module, with the stubs.
//! So the code stays the same byte for byte, and debug information and names stay true.

mod answer;
mod parts;
mod rewire;
mod selector;
mod types;

pub use answer::Answer;
pub use selector::Selector;

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, anyhow, bail};
use wit_parser::InterfaceId;

use crate::errors::{helped, nearest};
use answer::Answers;
use parts::{CoreImport, Parts};
use types::Types;

/// What became of a component.
#[derive(Debug)]
pub struct Stubbed {
    /// The new component.
    pub component: Vec<u8>,
    /// What it no longer imports, sorted.
    pub calls: Vec<Call>,
}

/// A function that is no longer imported.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// With its version: `wasi:sockets/tcp@0.2.6`.
    pub interface: String,
    /// `[method]tcp-socket.start-bind`, or `[resource-drop]tcp-socket`.
    pub function: String,
    /// What happens when it is called.
    pub answer: Answer,
}

/// A component, taken apart.
#[derive(Debug)]
pub struct Component {
    parts: Parts,
    imports: Vec<CoreImport>,
}

impl Component {
    /// Takes a component apart, or a preview1 command that an adapter makes one.
    ///
    /// # Errors
    /// The file is neither, or is made in a way that can't be taken apart.
    pub fn read(file: &[u8]) -> Result<Component> {
        let parts = if wasmparser::Parser::is_core_wasm(file) {
            let component = wasify_runtime::adapt(file).context("it can't be made a component")?;
            Parts::of(&component)?
        } else {
            Parts::of(file)?
        };
        Ok(Component {
            imports: parts.imports()?,
            parts,
        })
    }

    /// Whether a selector names anything that it imports.
    #[must_use]
    pub fn has(&self, selector: &Selector) -> bool {
        self.imports.iter().any(|import| selector.is_for(import))
    }

    /// Takes out the imports that the selectors name.
    ///
    /// # Errors
    /// A selector names nothing that is imported, or others need the types of what it names.
    pub fn without(&self, selectors: &[Selector]) -> Result<Stubbed> {
        if let Some(selector) = selectors.iter().find(|selector| !self.has(selector)) {
            return Err(unknown(selector, &self.parts, &self.imports));
        }
        let named = |import: &&CoreImport| selectors.iter().any(|it| it.is_for(import));
        let chosen: Vec<&CoreImport> = self.imports.iter().filter(named).collect();
        let answers = Answers::new(&self.parts, &self.imports, &chosen);
        let mut stubs = Vec::new();
        let mut calls = Vec::new();
        for import in &chosen {
            let answer = answers.of(import)?;
            stubs.push(rewire::Stub {
                module: import.module.clone(),
                name: import.name.clone(),
                body: answers.body(import, &answer),
                signature: import.signature.clone(),
            });
            calls.push(Call {
                interface: import.interface.clone(),
                function: import.name.clone(),
                answer,
            });
        }
        calls.sort();
        // One interface may be imported in several versions, which the component knows as one.
        calls.dedup();
        let component = self.parts.together(&stubs)?;
        check(&component, &calls, &self.imports)?;
        Ok(Stubbed { component, calls })
    }
}

/// A selector that names no function: the nearest that is known, or what to name instead of mere types.
fn unknown(selector: &Selector, parts: &Parts, imports: &[CoreImport]) -> anyhow::Error {
    let interfaces = parts.types.interfaces();
    let users = |of: &InterfaceId| {
        let uses = |(_, id): &&(String, InterfaceId)| parts.types.used_by(*id).contains(of);
        let users = interfaces.iter().filter(uses);
        users.map(|(name, _)| selector::unversioned(name)).collect()
    };
    let types = interfaces.iter().find(|(name, _)| selector.is_of(name));
    if let Some((name, id)) = types.filter(|_| !selector.names_function()) {
        let users: Vec<&str> = users(id);
        let error = anyhow!("of `{name}` only types are imported, no functions");
        let help = format!("they go with what needs them: stub {}", users.join(", "));
        return helped(error, help);
    }
    let names: BTreeSet<String> = imports.iter().flat_map(selector::names).collect();
    let error = anyhow!("it imports nothing that `{selector}` names");
    // Without the namespace, which makes all of one alike.
    let text = selector.to_string();
    let namespace = text.find(':').map_or("", |end| &text[..=end]);
    let in_it = names.iter().filter_map(|name| name.strip_prefix(namespace));
    let help = match nearest(&text[namespace.len()..], in_it) {
        Some(near) => format!("did you mean `{namespace}{near}`?"),
        None if names.is_empty() => "it imports no functions at all".to_owned(),
        None => {
            let packages = names.iter().filter(|name| !name.contains(['/', '#']));
            let packages: Vec<&str> = packages.map(String::as_str).collect();
            format!("it imports functions of {}", packages.join(", "))
        }
    };
    helped(error, help)
}

/// What is left of the stubbed imports in the new component, which should be nothing.
fn check(component: &[u8], calls: &[Call], imports: &[CoreImport]) -> Result<()> {
    let types = Types::of(component).context("failed to read the new component")?;
    let interfaces = types.interfaces();
    for (name, id) in &interfaces {
        let functions = &types.resolve.interfaces[*id].functions;
        let stubbed: Vec<&Call> = calls
            .iter()
            .filter(|call| call.interface == *name)
            .collect();
        let left = stubbed
            .iter()
            .find(|call| functions.contains_key(&call.function));
        if let Some(call) = left {
            bail!("`{name}#{}` is still imported", call.function);
        }
        let all: BTreeSet<&str> = imports
            .iter()
            .filter(|import| import.interface == *name)
            .map(|import| import.name.as_str())
            .collect();
        if !stubbed.is_empty() && stubbed.len() == all.len() {
            let mut users = interfaces
                .iter()
                .filter(|(_, user)| types.used_by(*user).contains(id));
            let error = anyhow!("the types of `{name}` are still needed");
            return Err(match users.next() {
                Some((user, _)) => helped(error, format!("by `{user}`: stub that too")),
                None => error,
            });
        }
    }
    Ok(())
}
