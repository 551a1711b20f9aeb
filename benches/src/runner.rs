//! Runs the cases: peers take turns, results are compared, the median of each is kept.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::case::Case;
use crate::checksum::Checksum;
use crate::database::{self, Databases};
use crate::peer::{NewEntry, Peer, Result};
use crate::peers;

pub struct Runner {
    contestants: Vec<Contestant>,
    turns: usize,
    keys: Vec<i64>,
    entries: Vec<NewEntry>,
    // Last, so that its folder is removed after every connection is closed.
    _databases: Databases,
}

struct Contestant {
    peer: Box<dyn Peer>,
    /// Ours, to prepare and to check the peer's file.
    checker: Connection,
}

/// The median of one peer in one case.
pub struct Measurement {
    pub peer: &'static str,
    pub microseconds: f64,
}

/// What the peers have returned, by the number of the call.
struct Results {
    case: Case,
    expected: Vec<(&'static str, Checksum)>,
}

const CALLS_A_TURN: usize = 5;

impl Runner {
    /// With the floor and, if `only` names some, just those of the other peers.
    pub fn new(only: &[String], turns: usize) -> Result<Self> {
        let databases = Databases::create()?;
        let mut contestants = Vec::new();
        for (peer, file) in peers::open_all(&databases)? {
            if only.is_empty() || peer.name() == peers::FLOOR || only.iter().any(|name| name == peer.name()) {
                contestants.push(Contestant { peer, checker: database::open(Path::new(&file))? });
            }
        }
        if let Some(unknown) = only.iter().find(|name| contestants.iter().all(|it| it.peer.name() != **name))
        {
            return Err(format!("there is no peer `{unknown}` in this build").into());
        }
        Ok(Self {
            contestants,
            turns,
            keys: database::keys(),
            entries: database::new_entries(),
            _databases: databases,
        })
    }

    pub fn peers(&self) -> Vec<&'static str> {
        self.contestants.iter().map(|contestant| contestant.peer.name()).collect()
    }

    /// Peers take turns, so that a busy moment of the machine meets all of them. A turn begins with a call that does
    /// not count: caches and the allocator then are as after one's own work, not as another peer left them.
    pub fn run(&mut self, case: Case) -> Result<Vec<Measurement>> {
        let mut times = vec![Vec::new(); self.contestants.len()];
        let mut results = Results { case, expected: Vec::new() };
        for turn in 0..self.turns {
            for (contestant, times) in self.contestants.iter_mut().zip(&mut times) {
                if case == Case::FlushNothing && !contestant.peer.has_unit_of_work() {
                    continue;
                }
                for call in 0..=CALLS_A_TURN {
                    let number = turn * (CALLS_A_TURN + 1) + call;
                    let (time, checksum) = contestant.time(case, number, &self.keys, &self.entries)?;
                    results.compare(number, contestant.peer.name(), checksum)?;
                    if call > 0 {
                        times.push(time);
                    }
                }
            }
        }
        let measured = self.contestants.iter().zip(times).filter(|(_, times)| !times.is_empty());
        let measurement = |(contestant, times): (&Contestant, Vec<Duration>)| Measurement {
            peer: contestant.peer.name(),
            microseconds: median(times).as_secs_f64() * 1e6 / f64::from(case.repetitions()),
        };
        Ok(measured.map(measurement).collect())
    }
}

impl Contestant {
    fn time(
        &mut self,
        case: Case,
        number: usize,
        keys: &[i64],
        entries: &[NewEntry],
    ) -> Result<(Duration, Checksum)> {
        let peer = &mut *self.peer;
        match case {
            Case::Load => timed(|| peer.load_10000x7()),
            Case::LoadReadOnly => timed(|| peer.load_10000x7_read_only()),
            Case::FindByKey => timed(|| peer.find_1000_by_key(keys)),
            Case::JoinedToOne => timed(|| peer.load_10000_joined_to_one()),
            Case::RootsChildren => timed(|| peer.roots_1000_children_10000()),
            Case::ThreeLevels => timed(|| peer.three_levels_100x10x10()),
            Case::Partial => timed(|| peer.partial()),
            Case::Insert => {
                database::reset(&self.checker)?;
                let entries = entries.to_vec();
                let (time, ()) = timed(|| peer.insert_1000(entries))?;
                Ok((time, database::checksum_of(&self.checker, "entry")?))
            }
            Case::Update => {
                database::reset(&self.checker)?;
                peer.keep_10000_loaded()?;
                // Never the value of the call before: an unchanged row need not be written.
                let (time, ()) = timed(|| peer.update_1000_of_10000(1_000 + number as i32))?;
                Ok((time, database::checksum_of(&self.checker, "item")?))
            }
            Case::FlushNothing => {
                peer.keep_10000_loaded()?;
                let (time, ()) = timed(|| peer.flush_nothing(case.repetitions()))?;
                Ok((time, Checksum::default()))
            }
        }
    }
}

impl Results {
    fn compare(&mut self, number: usize, peer: &'static str, checksum: Checksum) -> Result<()> {
        match self.expected.get(number) {
            None => self.expected.push((peer, checksum)),
            Some((_, expected)) if *expected == checksum => {}
            Some((other, expected)) => {
                let case = self.case.name();
                return Err(format!("{case}: {peer} has {checksum:?}, {other} {expected:?}").into());
            }
        }
        Ok(())
    }
}

fn timed<T>(work: impl FnOnce() -> Result<T>) -> Result<(Duration, T)> {
    let start = Instant::now();
    let value = work()?;
    Ok((start.elapsed(), value))
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
