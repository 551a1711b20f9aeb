//! The cases, by the names under which they are printed and chosen.

use clap::ValueEnum;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Case {
    #[value(name = "load_10000x7")]
    Load,
    #[value(name = "load_10000x7_read_only")]
    LoadReadOnly,
    #[value(name = "find_1000_by_key")]
    FindByKey,
    #[value(name = "load_10000_joined_to_one")]
    JoinedToOne,
    #[value(name = "roots_1000_children_10000")]
    RootsChildren,
    #[value(name = "three_levels_100x10x10")]
    ThreeLevels,
    #[value(name = "partial")]
    Partial,
    #[value(name = "insert_1000")]
    Insert,
    #[value(name = "update_1000_of_10000")]
    Update,
    #[value(name = "flush_nothing")]
    FlushNothing,
}

impl Case {
    pub fn name(self) -> String {
        self.to_possible_value().expect("no case is skipped").get_name().to_owned()
    }

    /// How often one call of the peer's method does the thing whose time is reported.
    pub fn repetitions(self) -> u32 {
        match self {
            Case::FlushNothing => 1_000,
            _ => 1,
        }
    }
}
