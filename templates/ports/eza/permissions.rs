//! Permissions on WASI, which has none: a file's type is all that is known.

use nu_ansi_term::AnsiString as ANSIString;

use super::{PermissionsColours as Colours, PermissionsPlusRender};
use crate::fs::fields as f;
use crate::output::cell::{DisplayWidth, TextCell};
use crate::output::render::FiletypeColours;

/// The read, write and execute bits of the user, the group and the others.
const BITS: usize = 9;

impl PermissionsPlusRender for Option<f::PermissionsPlus> {
    fn render<C: Colours + FiletypeColours>(&self, colours: &C) -> TextCell {
        let dash = || colours.dash().paint("-");
        let file_type = self
            .as_ref()
            .map_or_else(dash, |known| known.file_type.render(colours));
        let mut chars: Vec<ANSIString<'static>> = vec![file_type];
        chars.extend(std::iter::repeat_with(dash).take(BITS));
        TextCell {
            width: DisplayWidth::from(chars.len()),
            contents: chars.into(),
        }
    }
}
