//! AWS Budgets: what is expected of cost and use, and who hears when it is exceeded.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wellproof_model::Read;

/// A budget. The record's id is its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Budget {
    /// Its name (`DescribeBudgets` Budgets[].BudgetName).
    pub budget_name: String,
    /// `COST`, `USAGE`, `RI_UTILIZATION`, `RI_COVERAGE`, `SAVINGS_PLANS_UTILIZATION` or `SAVINGS_PLANS_COVERAGE`
    /// (`DescribeBudgets` Budgets[].BudgetType).
    pub budget_type: String,
    /// `DAILY`, `MONTHLY`, `QUARTERLY`, `ANNUALLY` or `CUSTOM` (`DescribeBudgets` Budgets[].TimeUnit).
    pub time_unit: String,
    /// The limit; null where it is planned month by month or set by use (`DescribeBudgets` Budgets[].BudgetLimit.Amount).
    pub limit_amount: Option<f64>,
    /// The limit's unit, such as `USD` (`DescribeBudgets` Budgets[].BudgetLimit.Unit).
    pub limit_unit: Option<String>,
    /// When it ends: afterwards it watches nothing. AWS puts the year 2087 where nobody named an end (`DescribeBudgets`
    /// Budgets[].TimePeriod.End).
    pub time_period_end: Option<Timestamp>,
    /// When it tells (`DescribeNotificationsForBudget` Notifications[]).
    pub notifications: Read<Vec<Notification>>,
}

/// When a budget tells somebody.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Notification {
    /// `ACTUAL` or `FORECASTED` (`DescribeNotificationsForBudget` Notifications[].NotificationType).
    pub notification_type: String,
    /// (`DescribeNotificationsForBudget` Notifications[].Threshold.)
    pub threshold: f64,
    /// `PERCENTAGE`, which AWS may leave out, or `ABSOLUTE_VALUE` (`DescribeNotificationsForBudget`
    /// Notifications[].ThresholdType).
    pub threshold_type: String,
    /// How many people and topics hear of it (`DescribeSubscribersForNotification` Subscribers[]).
    pub subscribers: i64,
}
