//! What was asked for and matches nothing: parameters nobody has, stages nobody knows, overrides of no file.

use super::Project;
use crate::engine::Analysis;
use crate::notice::{Notice, NoticeKind};
use crate::selection::nearest;
use smol_str::SmolStr;

impl Project {
    /// Tell, with the other notices, what was given without effect.
    pub(super) fn tell_unmatched(&self, analysis: &mut Analysis) {
        let settable = &analysis.settable;
        let mut out = Vec::new();
        for name in &self.judged {
            if settable.parameters.iter().any(|p| p == name) {
                continue;
            }
            let meant = nearest(name, settable.parameters.iter().map(SmolStr::as_str));
            out.push(format!("nothing here has a parameter `{name}`{}", or_else(meant)));
        }
        if let Some(stage) = &self.found.stage {
            let meant = nearest(stage, settable.stages.iter().map(SmolStr::as_str));
            if !settable.has_stages {
                out.push(format!(
                    "`--stage {stage}` has no effect: there is no service of the Serverless Framework"
                ));
            } else if meant.is_some_and(|m| m != stage) {
                out.push(format!("nothing is written for the stage `{stage}`{}", or_else(meant)));
            }
        }
        let files = &self.found.files;
        for o in self.config.overrides.iter().filter(|o| o.judged) {
            if !files.iter().any(|f| o.paths.covers(f)) {
                out.push(format!("{}: no file is in the paths of this override", o.place));
            }
        }
        let notices = out.into_iter().map(|text| Notice::about("", NoticeKind::Settings, text));
        analysis.notices.extend(notices);
        analysis.notices.sort();
    }
}

fn or_else(meant: Option<&str>) -> String {
    meant.map_or_else(String::new, |m| format!("; did you mean `{m}`?"))
}
