use super::*;

impl PlatformInterface for Platform {
  fn make_shebang_command(
    _config: &Config,
    path: &Utf8Path,
    _shebang: Shebang,
    working_directory: Option<&Utf8Path>,
  ) -> Result<Command, OutputError> {
    // what starts it says that there are no processes
    let mut command = Command::resolve(path);

    if let Some(working_directory) = working_directory {
      command.current_dir(working_directory);
    }

    Ok(command)
  }

  fn set_execute_permission(_path: &Utf8Path) -> io::Result<()> {
    // files have no permissions, so this is a nop
    Ok(())
  }

  fn signal_from_exit_status(_exit_status: ExitStatus) -> Option<i32> {
    // there is no process that could have ended
    None
  }

  fn convert_native_path(
    _config: &Config,
    _working_directory: &Utf8Path,
    path: &Utf8Path,
  ) -> String {
    path.as_str().into()
  }

  fn install_signal_handler<T: Fn(Signal) + Send + 'static>(_handler: T) -> RunResult<'static> {
    // a program gets no signals: the host ends it
    Ok(())
  }
}
