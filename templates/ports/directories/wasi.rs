//! The directories of XDG: there are no users to look up, and what the variables say is all there is.

use std::env;
use std::path::PathBuf;

use crate::BaseDirs;
use crate::ProjectDirs;
use crate::UserDirs;

fn variable(name: &str) -> Option<PathBuf> {
    env::var_os(name)
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
}

pub fn base_dirs() -> Option<BaseDirs> {
    let home_dir = env::var_os("HOME")
        .filter(|home| !home.is_empty())
        .map(PathBuf::from)?;
    let of_home = |name: &str, default: &str| variable(name).unwrap_or_else(|| home_dir.join(default));
    let config_dir = of_home("XDG_CONFIG_HOME", ".config");
    let data_dir = of_home("XDG_DATA_HOME", ".local/share");
    Some(BaseDirs {
        cache_dir: of_home("XDG_CACHE_HOME", ".cache"),
        config_local_dir: config_dir.clone(),
        preference_dir: config_dir.clone(),
        config_dir,
        data_local_dir: data_dir.clone(),
        data_dir,
        executable_dir: Some(of_home("XDG_BIN_HOME", ".local/bin")),
        runtime_dir: variable("XDG_RUNTIME_DIR"),
        state_dir: Some(of_home("XDG_STATE_HOME", ".local/state")),
        home_dir,
    })
}

pub fn user_dirs() -> Option<UserDirs> {
    let base = base_dirs()?;
    Some(UserDirs {
        font_dir: Some(base.data_dir.join("fonts")),
        home_dir: base.home_dir,
        audio_dir: None,
        desktop_dir: None,
        document_dir: None,
        download_dir: None,
        picture_dir: None,
        public_dir: None,
        template_dir: None,
        video_dir: None,
    })
}

pub fn project_dirs_from_path(project_path: PathBuf) -> Option<ProjectDirs> {
    let base = base_dirs()?;
    Some(ProjectDirs {
        cache_dir: base.cache_dir.join(&project_path),
        config_dir: base.config_dir.join(&project_path),
        config_local_dir: base.config_local_dir.join(&project_path),
        data_dir: base.data_dir.join(&project_path),
        data_local_dir: base.data_local_dir.join(&project_path),
        preference_dir: base.preference_dir.join(&project_path),
        runtime_dir: base.runtime_dir.map(|dir| dir.join(&project_path)),
        state_dir: base.state_dir.map(|dir| dir.join(&project_path)),
        project_path,
    })
}

/// The application's name is the path: in lower case and without spaces, as on Linux.
pub fn project_dirs_from(_: &str, _: &str, application: &str) -> Option<ProjectDirs> {
    project_dirs_from_path(application.split_whitespace().collect::<String>().to_lowercase().into())
}
