//! WASI has no users: the environment says where the directories are, as on Linux. The folders of a desktop
//! are not there.

use std::env;
use std::path::PathBuf;

fn absolute(variable: &str) -> Option<PathBuf> {
    env::var_os(variable)
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
}

fn below_home(variable: &str, folder: &str) -> Option<PathBuf> {
    absolute(variable).or_else(|| Some(home_dir()?.join(folder)))
}

pub fn home_dir() -> Option<PathBuf> {
    env::var_os("HOME")
        .filter(|home| !home.is_empty())
        .map(PathBuf::from)
}

pub fn cache_dir() -> Option<PathBuf> {
    below_home("XDG_CACHE_HOME", ".cache")
}

pub fn config_dir() -> Option<PathBuf> {
    below_home("XDG_CONFIG_HOME", ".config")
}

#[allow(dead_code)]
pub fn config_local_dir() -> Option<PathBuf> {
    config_dir()
}

#[allow(dead_code)]
pub fn preference_dir() -> Option<PathBuf> {
    config_dir()
}

pub fn data_dir() -> Option<PathBuf> {
    below_home("XDG_DATA_HOME", ".local/share")
}

pub fn data_local_dir() -> Option<PathBuf> {
    data_dir()
}

#[allow(dead_code)]
pub fn state_dir() -> Option<PathBuf> {
    below_home("XDG_STATE_HOME", ".local/state")
}

pub fn runtime_dir() -> Option<PathBuf> {
    absolute("XDG_RUNTIME_DIR")
}

pub fn executable_dir() -> Option<PathBuf> {
    below_home("XDG_BIN_HOME", ".local/bin")
}

pub fn audio_dir() -> Option<PathBuf> {
    None
}

pub fn desktop_dir() -> Option<PathBuf> {
    None
}

pub fn document_dir() -> Option<PathBuf> {
    None
}

pub fn download_dir() -> Option<PathBuf> {
    None
}

pub fn font_dir() -> Option<PathBuf> {
    below_home("XDG_DATA_HOME", ".local/share").map(|data| data.join("fonts"))
}

pub fn picture_dir() -> Option<PathBuf> {
    None
}

pub fn public_dir() -> Option<PathBuf> {
    None
}

pub fn template_dir() -> Option<PathBuf> {
    None
}

pub fn video_dir() -> Option<PathBuf> {
    None
}
