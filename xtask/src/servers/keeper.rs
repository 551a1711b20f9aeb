//! Runs a private server, and stops it when xtask is gone, however that came: done, failed, Ctrl-C, or killed.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use crate::process::{capture, program};

/// The server runs under a shell that waits for the end of its input, which is when the other end of the pipe is
/// gone. It has a process group of its own, so that Ctrl-C at the terminal reaches it that way only.
const SCRIPT: &str = r#"
folder=$1; signal=$2; shift 2
"$@" >"$folder/server.log" 2>&1 &
server=$!
read -r _
kill -s "$signal" "$server" 2>/dev/null
wait "$server"
rm -rf "$folder"
"#;

/// A running server and its folder; dropping it stops the one and removes the other.
pub struct Keeper {
    shell: Child,
    input: Option<ChildStdin>,
}

impl Keeper {
    /// Runs a server in a folder until the keeper is dropped, which sends the signal.
    pub fn run(home: &Home, signal: &str, mut server: Command) -> Result<Self, String> {
        let mut shell = home.command(Path::new("sh"));
        shell.args(["-c", SCRIPT, "keeper"]).arg(&home.folder).arg(signal);
        shell.arg(server.get_program()).args(server.get_args());
        shell.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // Only what it runs was wanted.
        server.stdin(Stdio::null());
        let mut shell = shell.spawn().map_err(|error| format!("sh did not start: {error}"))?;
        let input = shell.stdin.take();
        Ok(Self { shell, input })
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.input.take());
        // A server that was killed by somebody else is as gone as it should be.
        let _ = self.shell.wait();
    }
}

/// A folder for a server's files, and the user that runs it: servers refuse to be run by root.
pub struct Home {
    pub folder: PathBuf,
    user: Option<(u32, u32)>,
}

impl Home {
    /// An empty folder. If we are root, it belongs to the first of these users that exists.
    pub fn new(name: &str, users: &[&str]) -> Result<Self, String> {
        let folder = std::env::temp_dir().join(format!("orm-{name}-{}", std::process::id()));
        let user = if is_root() { Some(first_user(users)?) } else { None };
        let make = || {
            fs::create_dir(&folder)?;
            fs::set_permissions(&folder, fs::Permissions::from_mode(0o700))?;
            match user {
                Some((user, group)) => chown(&folder, Some(user), Some(group)),
                None => Ok(()),
            }
        };
        make().map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(Self { folder, user })
    }

    /// A program, run by that user, with its output thrown away.
    pub fn command(&self, path: &Path) -> Command {
        let mut command = program(path.as_os_str());
        command.current_dir(&self.folder).env("HOME", &self.folder).env("TMPDIR", &self.folder);
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        command
    }

    /// The end of what the server wrote down.
    pub fn log(&self) -> String {
        let text = fs::read_to_string(self.folder.join("server.log")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(5)..].join(" / ")
    }

    /// Removes the folder, where no keeper does.
    pub fn remove(&self) {
        // In the folder for temporary files, a rest is no harm.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Whether root runs this.
pub fn is_root() -> bool {
    capture(program("id".as_ref()).arg("-u")).is_ok_and(|user| user.trim() == "0")
}

fn first_user(names: &[&str]) -> Result<(u32, u32), String> {
    let users = fs::read_to_string("/etc/passwd").map_err(|error| format!("/etc/passwd: {error}"))?;
    names.iter().find_map(|name| user(&users, name)).ok_or_else(|| {
        format!("root may not run a server, and there is none of these users: {}", names.join(", "))
    })
}

/// The numbers of a user and its group in `/etc/passwd`.
fn user(users: &str, name: &str) -> Option<(u32, u32)> {
    let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
    let mut numbers = line.split(':').skip(2).map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_found_by_their_whole_name() {
        let users =
            "root:x:0:0:root:/root:/bin/bash\nnobody2:x:1:1::/:/bin/sh\nnobody:x:65534:65533::/:/bin/sh";
        assert_eq!(user(users, "nobody"), Some((65534, 65533)));
        assert_eq!(user(users, "postgres"), None);
        assert_eq!(user("odd", "odd"), None);
    }

    #[test]
    fn what_is_kept_ends_with_its_keeper() {
        let home = Home::new("keeper-test", &["nobody"]).expect("a folder for temporary files");
        let mut server = Command::new("sleep");
        server.arg("1000");
        let keeper = Keeper::run(&home, "TERM", server).expect("a shell");
        assert!(home.folder.exists());
        drop(keeper);
        assert!(!home.folder.exists());
    }
}
