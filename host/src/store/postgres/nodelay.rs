//! Small packets to the database go at once (`TCP_NODELAY`).
//!
//! sqlx 0.9.0 leaves Nagle's algorithm on (<https://github.com/transact-rs/sqlx/issues/4335>): together with the other
//! side's delayed acknowledgements, each bigger statement waits 40 ms. Until a release sets the option itself, it is set
//! here, on the process's sockets that lead to that port.

#[cfg(target_os = "linux")]
pub fn set(port: u16) {
    if let Err(error) = linux::set(port) {
        tracing::warn!(%error, "failed to set TCP_NODELAY: the database seems slower than it is");
    }
}

/// Elsewhere the sockets of a process can't be told.
#[cfg(not(target_os = "linux"))]
pub fn set(_port: u16) {}

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::net::SocketAddr;

    use rustix::net::{getpeername, sockopt::set_tcp_nodelay};
    use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};

    pub fn set(port: u16) -> io::Result<()> {
        let process = pidfd_open(getpid(), PidfdFlags::empty())?;
        for entry in std::fs::read_dir("/proc/self/fd")? {
            let entry = entry?;
            let socket = std::fs::read_link(entry.path())
                .is_ok_and(|link| link.as_os_str().as_encoded_bytes().starts_with(b"socket:"));
            let Some(number) = entry.file_name().to_str().and_then(|name| name.parse().ok()).filter(|_| socket) else {
                continue;
            };
            // A second descriptor of the same socket. It may be closed meanwhile, and be none of ours.
            let Ok(socket) = pidfd_getfd(&process, number, PidfdGetfdFlags::empty()) else { continue };
            let peer = getpeername(&socket).ok().flatten().and_then(|peer| SocketAddr::try_from(peer).ok());
            if peer.is_some_and(|peer| peer.port() == port) {
                set_tcp_nodelay(&socket, true)?;
            }
        }
        Ok(())
    }
}
