//! WASI has no clipboard: none can be had, so nothing is ever asked of one.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use crate::common::Error;
#[cfg(feature = "image-data")]
use crate::common::ImageData;

/// A clipboard, of which there is none.
pub(crate) enum Clipboard {}

impl Clipboard {
    pub(crate) fn new() -> Result<Self, Error> {
        Err(Error::ClipboardNotSupported)
    }
}

pub(crate) struct Get<'clipboard>(&'clipboard mut Clipboard);

impl<'clipboard> Get<'clipboard> {
    pub(crate) fn new(clipboard: &'clipboard mut Clipboard) -> Self {
        Self(clipboard)
    }

    pub(crate) fn text(self) -> Result<String, Error> {
        match *self.0 {}
    }

    #[cfg(feature = "image-data")]
    pub(crate) fn image(self) -> Result<ImageData<'static>, Error> {
        match *self.0 {}
    }

    pub(crate) fn html(self) -> Result<String, Error> {
        match *self.0 {}
    }

    pub(crate) fn file_list(self) -> Result<Vec<PathBuf>, Error> {
        match *self.0 {}
    }
}

pub(crate) struct Set<'clipboard>(&'clipboard mut Clipboard);

impl<'clipboard> Set<'clipboard> {
    pub(crate) fn new(clipboard: &'clipboard mut Clipboard) -> Self {
        Self(clipboard)
    }

    pub(crate) fn text(self, _: Cow<'_, str>) -> Result<(), Error> {
        match *self.0 {}
    }

    pub(crate) fn html(self, _: Cow<'_, str>, _: Option<Cow<'_, str>>) -> Result<(), Error> {
        match *self.0 {}
    }

    #[cfg(feature = "image-data")]
    pub(crate) fn image(self, _: ImageData<'_>) -> Result<(), Error> {
        match *self.0 {}
    }

    pub(crate) fn file_list(self, _: &[impl AsRef<Path>]) -> Result<(), Error> {
        match *self.0 {}
    }
}

pub(crate) struct Clear<'clipboard>(&'clipboard mut Clipboard);

impl<'clipboard> Clear<'clipboard> {
    pub(crate) fn new(clipboard: &'clipboard mut Clipboard) -> Self {
        Self(clipboard)
    }

    pub(crate) fn clear(self) -> Result<(), Error> {
        match *self.0 {}
    }
}
