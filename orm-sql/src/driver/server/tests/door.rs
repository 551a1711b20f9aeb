//! A way to a server that can be shut: a listener on a free port, which passes on what it hears.

use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// A way to a server that can be shut.
pub(super) struct Door {
    pub(super) port: u16,
    keeper: JoinHandle<()>,
}

impl Door {
    /// Opens a door to a server.
    pub(super) async fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let keeper = tokio::spawn(async move {
            let mut guests = JoinSet::new();
            while let Ok((mut guest, _)) = listener.accept().await {
                let server = server.clone();
                guests.spawn(async move {
                    let Ok(mut server) = TcpStream::connect(server).await else { return };
                    let _ = tokio::io::copy_bidirectional(&mut guest, &mut server).await;
                });
            }
        });
        Self { port, keeper }
    }

    /// Throws everybody out, and lets nobody in.
    pub(super) async fn shut(self) {
        self.keeper.abort();
        // What the keeper held is gone when it is.
        let _ = self.keeper.await;
    }
}
