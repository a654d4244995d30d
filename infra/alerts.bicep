// The five things that somebody must be told of. The same queries, to run by hand, are in docs/operations.md.
param workspaceId string
param location string
param tags object

@description('Empty: alerts are shown in the portal only.')
param email string

type alertRule = {
  name: string
  title: string

  @description('0 critical, 1 error, 2 warning.')
  severity: int

  @description('Without measure the rows are counted.')
  query: string
  measure: string?
  operator: 'GreaterThan' | 'LessThan'
  threshold: int
  frequency: string
  window: string

  @description('Fires after this many breaches in a row.')
  breaches: int
}

var alerts alertRule[] = [
  {
    // Three heartbeats missed. Also fires when the daily cap stopped the intake, and rightly: nobody is watching then.
    name: 'heartbeat-missing'
    title: 'The queue worker gives no sign of life'
    severity: 0
    query: 'AppTraces | where Message startswith "[HEALTH]"'
    operator: 'LessThan'
    threshold: 1
    frequency: 'PT5M'
    window: 'PT15M'
    breaches: 1
  }
  {
    name: 'unhealthy'
    title: 'The queue worker reports itself unhealthy'
    severity: 1
    query: 'AppTraces | where Message startswith "[HEALTH] unhealthy"'
    operator: 'GreaterThan'
    threshold: 0
    frequency: 'PT5M'
    window: 'PT10M'
    breaches: 1
  }
  {
    // Three heartbeats: what passes by itself wakes nobody. The window has room for those that arrive late.
    name: 'degraded'
    title: 'The queue worker reports itself degraded'
    severity: 2
    query: 'AppTraces | where Message startswith "[HEALTH] degraded"'
    operator: 'GreaterThan'
    threshold: 2
    frequency: 'PT5M'
    window: 'PT30M'
    breaches: 1
  }
  {
    name: 'failed-posts'
    title: 'More than 1 % of the posts of the last day failed'
    severity: 2
    query: '''
      AppMetrics
      | where Name == "queue.items"
      | extend Outcome = tostring(Properties.outcome)
      | summarize Failed = sumif(Sum, Outcome == "failed"), Posted = sumif(Sum, Outcome == "posted")
      | where Failed > 0
      | project FailedPercent = 100.0 * Failed / (Failed + Posted)
    '''
    measure: 'FailedPercent'
    operator: 'GreaterThan'
    threshold: 1
    frequency: 'PT1H'
    window: 'P1D'
    breaches: 1
  }
  {
    // At every moment of a quarter of an hour, so that a burst which is being drained wakes nobody, and a point that arrives late
    // is not missed.
    name: 'queue-behind'
    title: 'The oldest due item has waited for more than 5 minutes'
    severity: 2
    query: '''
      AppMetrics
      | where Name == "queue.oldest_due_age"
      | summarize AgeSeconds = min(Sum / ItemCount)
    '''
    measure: 'AgeSeconds'
    operator: 'GreaterThan'
    threshold: 300
    frequency: 'PT5M'
    window: 'PT15M'
    breaches: 1
  }
]

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(email)) {
  name: 'ag-queue-worker'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'queueworker'
    emailReceivers: [
      {
        name: 'operator'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

resource rules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for alert in alerts: {
    name: alert.name
    location: location
    tags: tags
    properties: {
      displayName: alert.title
      severity: alert.severity
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: alert.frequency
      windowSize: alert.window
      // The tables do not exist before the first row has arrived.
      skipQueryValidation: true
      autoMitigate: true
      criteria: {
        allOf: [
          {
            query: alert.query
            timeAggregation: alert.?measure == null ? 'Count' : 'Maximum'
            metricMeasureColumn: alert.?measure
            operator: alert.operator
            threshold: alert.threshold
            failingPeriods: {
              numberOfEvaluationPeriods: alert.breaches
              minFailingPeriodsToAlert: alert.breaches
            }
          }
        ]
      }
      actions: {
        actionGroups: empty(email) ? [] : [people.id]
      }
    }
  }
]
