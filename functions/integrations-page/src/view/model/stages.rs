//! The trigger stages and the dialog to add one.

use jiff::Timestamp;
use lever_integration::domain::StageId;

use super::Reading;

/// The trigger stages.
#[derive(Debug, Clone)]
pub struct StagesCard {
    /// Those chosen, in Lever's order.
    pub chosen: Vec<ChosenStage>,
    /// All stages of the Lever account, in Lever's order.
    pub offered: Reading<Vec<OfferedStage>>,
    /// Whether the dialog is asked for.
    pub dialog: DialogState,
}

/// A trigger stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChosenStage {
    /// The stage in Lever.
    pub id: StageId,
    /// Its name, now or when last seen.
    pub text: String,
    /// Whether it is still there.
    pub standing: StageStanding,
    /// Candidates who entered earlier are not invited.
    pub added_at: Timestamp,
}

/// Whether a trigger stage is still in Lever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StageStanding {
    /// It is.
    InLever,
    /// It is not.
    Gone,
    /// Lever could not be asked.
    Unknown,
}

/// A stage of the Lever account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferedStage {
    /// Its id.
    pub id: StageId,
    /// Its name.
    pub text: String,
    /// Whether it is a trigger stage already.
    pub choice: StageChoice,
}

/// Whether a stage is a trigger stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StageChoice {
    /// Not yet.
    Free,
    /// Already.
    Chosen,
}

/// The dialog to add a trigger stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DialogState {
    /// Closed.
    Closed,
    /// Asked for by its link.
    Open,
    /// Sent without choosing a stage.
    NothingChosen,
    /// Sent with something that is no stage of the Lever account.
    UnknownStage,
}
