//! What the machine gives: folders and files, who may read them, room on the disks, open files.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access, statvfs};
use rustix::process::{Resource, geteuid, getrlimit};

use super::{Finding, on_a_thread};
use crate::config::{Config, Database};
use crate::secret;

const MIB: u64 = 1024 * 1024;
/// With less than this, writes fail before anybody has read of it.
const LEAST_BYTES: u64 = 100 * MIB;
/// With less than this, it is time to make room.
const FEW_BYTES: u64 = 1024 * MIB;
const FEW_PERCENT: u128 = 10;
/// Each connection takes one, and so does each file.
const OPEN_FILES: u64 = 1024;

pub(super) async fn examine(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    let data_dir = config.data_dir.clone();
    findings.push(threaded("data folder", move || data_folder(&data_dir)).await);
    for (check, file) in files(config) {
        findings.push(threaded(check, move || private_file(check, &file)).await);
    }
    for (check, folder) in folders(config) {
        findings.push(threaded(check, move || disk(check, &folder)).await);
    }
    findings.push(open_files(getrlimit(Resource::Nofile).current));
    findings
}

async fn threaded(check: &'static str, work: impl FnOnce() -> Finding + Send + 'static) -> Finding {
    on_a_thread(work)
        .await
        .unwrap_or_else(|words| Finding::failed(check, words, "look whether its file system answers"))
}

/// The files that nobody else should read, as far as they are used.
fn files(config: &Config) -> Vec<(&'static str, PathBuf)> {
    let mut files = Vec::new();
    match (&config.secret_file, &config.secret) {
        (Some(file), _) => files.push(("secret file", file.clone())),
        (None, None) => files.push(("secret file", config.data_dir.join("secret"))),
        (None, Some(_)) => {}
    }
    let beside = secret::file::previous_of(&config.data_dir);
    match &config.secret_previous_file {
        Some(file) => files.push(("previous secret", file.clone())),
        // It lies there until it is forgotten, and opens older backups, whether it is used or not.
        None if beside.exists() => files.push(("previous secret", beside)),
        None => {}
    }
    if let Some(file) = &config.smtp_password_file {
        files.push(("mail password", file.clone()));
    }
    if let Some(file) = &config.db_file {
        files.push(("address file", file.clone()));
    }
    if let Database::Sqlite(path) = &config.db {
        files.push(("database file", path.clone()));
        // What was written last stands in here.
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        let log = PathBuf::from(log);
        if log.exists() {
            files.push(("database log", log));
        }
    }
    files
}

/// The folders that grow, each once.
fn folders(config: &Config) -> Vec<(&'static str, PathBuf)> {
    let mut folders = vec![("disk of data", config.data_dir.clone())];
    if let Database::Sqlite(path) = &config.db {
        let folder = path.parent().map(Path::to_owned).unwrap_or_default();
        if folder != config.data_dir {
            folders.push(("disk of the database", folder));
        }
    }
    // Elsewhere logs go to the console alone, or where log_config says.
    if config.environment.is_production()
        && config.log_config.is_none()
        && let Some(folder) = &config.log_dir
    {
        folders.push(("disk of logs", folder.clone()));
    }
    folders
}

fn data_folder(path: &Path) -> Finding {
    const CHECK: &str = "data folder";
    let shown = path.display();
    let metadata = match path.metadata() {
        Ok(metadata) if metadata.is_dir() => metadata,
        Ok(_) => {
            return Finding::failed(
                CHECK,
                format!("{shown} is no folder"),
                "name another one with --data-dir (RONDO_DATA_DIR)",
            );
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let says = format!("{shown} is not there; it is made when it is needed");
            return Finding::skipped(CHECK, says);
        }
        Err(error) => return unreadable(CHECK, path, &error),
    };
    if let Err(error) = access(path, Access::WRITE_OK | Access::EXEC_OK) {
        return Finding::failed(
            CHECK,
            format!("{shown} cannot be written to: {error}"),
            "make it writable for the user of the service, or name another one with --data-dir (RONDO_DATA_DIR)",
        );
    }
    let mode = metadata.mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Finding::warning(
            CHECK,
            format!("{shown} is open to other users (mode {mode:04o})"),
            format!("chmod 700 {shown}"),
        );
    }
    owned(CHECK, path, metadata.uid(), mode)
}

fn private_file(check: &'static str, path: &Path) -> Finding {
    let shown = path.display();
    let metadata = match path.metadata() {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Finding::skipped(check, format!("{shown} is not there"));
        }
        Err(error) => return unreadable(check, path, &error),
    };
    let mode = metadata.mode() & 0o7777;
    let cure = format!("chmod 600 {shown}");
    if mode & 0o007 != 0 {
        let says = format!("{shown} is open to every user (mode {mode:04o})");
        return Finding::failed(check, says, cure);
    }
    if let Err(error) = access(path, Access::READ_OK) {
        return unreadable(check, path, &error.into());
    }
    if mode & 0o070 != 0 {
        let says = format!("{shown} is open to its group (mode {mode:04o})");
        return Finding::warning(check, says, cure);
    }
    owned(check, path, metadata.uid(), mode)
}

fn unreadable(check: &'static str, path: &Path, error: &std::io::Error) -> Finding {
    Finding::failed(
        check,
        format!("{} cannot be looked at: {error}", path.display()),
        "run this as the user of the service, and give it to that user (chown)",
    )
}

/// Whoever runs this should be who runs the service: what is well for one may be closed to the other.
fn owned(check: &'static str, path: &Path, owner: u32, mode: u32) -> Finding {
    let (shown, own) = (path.display(), geteuid().as_raw());
    if owner == own {
        return Finding::ok(check, format!("{shown} is its owner's alone (mode {mode:04o})"));
    }
    Finding::warning(
        check,
        format!("{shown} belongs to the user {owner}, and this runs as the user {own}"),
        format!("run rondo as the user {owner}, or chown {own} {shown}"),
    )
}

fn disk(check: &'static str, folder: &Path) -> Finding {
    // A folder that is not there yet will be made on the disk of the one above it.
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let present = absolute.ancestors().find(|path| path.exists());
    match statvfs(present.unwrap_or(Path::new("/"))) {
        Ok(disk) => {
            let bytes = |blocks: u64| blocks.saturating_mul(disk.f_frsize);
            room(check, folder, bytes(disk.f_bavail), bytes(disk.f_blocks))
        }
        Err(error) => unreadable(check, folder, &error.into()),
    }
}

fn room(check: &'static str, folder: &Path, free: u64, total: u64) -> Finding {
    let percent = (u128::from(free) * 100)
        .checked_div(u128::from(total))
        .unwrap_or(100);
    let says = format!(
        "{} free of {} ({percent} %) at {}",
        size(free),
        size(total),
        folder.display()
    );
    let cure = "make room there, or move it to a larger disk";
    if free < LEAST_BYTES {
        Finding::failed(check, says, cure)
    } else if free < FEW_BYTES || percent < FEW_PERCENT {
        Finding::warning(check, says, cure)
    } else {
        Finding::ok(check, says)
    }
}

fn size(bytes: u64) -> String {
    let mib = bytes / MIB;
    match mib {
        0..1024 => format!("{mib} MiB"),
        1024..10_240 => format!("{}.{} GiB", mib / 1024, mib % 1024 * 10 / 1024),
        _ => format!("{} GiB", mib / 1024),
    }
}

/// `None` is no limit.
fn open_files(limit: Option<u64>) -> Finding {
    const CHECK: &str = "open files";
    match limit {
        None => Finding::ok(CHECK, "no limit"),
        Some(limit) if limit >= OPEN_FILES => Finding::ok(CHECK, format!("at most {limit}")),
        Some(limit) => Finding::warning(
            CHECK,
            format!("at most {limit}, and each connection takes one"),
            format!("ulimit -n {OPEN_FILES}, or LimitNOFILE= in a unit of systemd"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    #[test]
    fn room_is_told_by_bytes_and_by_its_part_of_the_disk() {
        let state = |free, total| room("disk", Path::new("data"), free, total).state;
        assert_eq!(state(LEAST_BYTES - 1, 200 * MIB), State::Failed);
        assert_eq!(state(LEAST_BYTES, 200 * MIB), State::Warning);
        assert_eq!(state(FEW_BYTES - 1, 2 * FEW_BYTES), State::Warning);
        assert_eq!(state(FEW_BYTES, 2 * FEW_BYTES), State::Ok);
        assert_eq!(state(99 * FEW_BYTES, 1000 * FEW_BYTES), State::Warning);
        assert_eq!(state(100 * FEW_BYTES, 1000 * FEW_BYTES), State::Ok);
        assert_eq!(state(FEW_BYTES, 0), State::Ok);
    }

    #[test]
    fn sizes_are_short() {
        let sizes = [0, 5 * MIB, 1023 * MIB, 1536 * MIB, 20 * FEW_BYTES].map(size);
        assert_eq!(sizes, ["0 MiB", "5 MiB", "1023 MiB", "1.5 GiB", "20 GiB"]);
    }

    #[test]
    fn few_open_files_are_a_warning() {
        assert_eq!(open_files(None).state, State::Ok);
        assert_eq!(open_files(Some(1024)).state, State::Ok);
        assert_eq!(open_files(Some(1023)).state, State::Warning);
    }
}
