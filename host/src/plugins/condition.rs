//! stub
use serde_json::Value;
/// stub
#[derive(Clone)]
pub struct Condition;
impl Condition {
    /// stub
    pub fn compile(_t: &str) -> Result<Self, String> {
        Ok(Self)
    }
    /// stub
    pub fn eval(&self, _b: &Value, _a: &Value, _c: &Value) -> Result<bool, String> {
        Ok(true)
    }
}
