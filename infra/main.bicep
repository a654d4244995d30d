// Everything that the app needs in Azure, in one resource group of its own. `azd up` runs this file.
targetScope = 'subscription'

@description('Name of the azd environment: names the resource group and, hashed, every resource.')
@minLength(1)
@maxLength(64)
param environmentName string

@description('Region of all resources. For the flex plan: a region that offers it.')
@minLength(1)
@metadata({ azd: { type: 'location' } })
param location string

@description('Who deploys: may set the secret in the key vault. Empty: nobody is given that right.')
param principalId string = ''

@description('What principalId is.')
@allowed(['User', 'ServicePrincipal', 'Group'])
param principalType string = 'User'

@description('flex: Flex Consumption on Linux. classic: Consumption (Y1) on Windows.')
@allowed(['flex', 'classic'])
param hostingPlan string = 'flex'

@description('Flex only: 1 keeps an instance for the poll, at a price (docs/cost.md).')
@minValue(0)
@maxValue(1)
param alwaysReadyInstances int = 0

@description('The Supabase project, such as https://your-project.supabase.co. Empty where useDatabaseUrl is true.')
param supabaseUrl string = ''

@description('Whether the app connects to PostgreSQL itself, by the URL in the vault, instead of through the REST API.')
param useDatabaseUrl bool = false

@description('The URL of the database. Empty: the secret in the vault is left as it is.')
@secure()
param databaseUrl string = ''

@description('The settings of README under their own names; one that is empty has its default.')
param settings object = {}

@description('The service key. Empty: the secret in the vault is left as it is (set it there, see docs/runbooks/rotate-keys.md).')
@secure()
param supabaseServiceRoleKey string = ''

@description('Who is mailed when an alert fires. Empty: alerts are shown in the portal only.')
param alertEmail string = ''

@description('Ingestion of logs, traces and metrics stops for the day at this many gigabytes.')
@minValue(1)
param dailyCapGb int = 1

var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName }

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'identity.bicep' = {
  name: 'identity'
  scope: group
  params: {
    name: 'id-${token}'
    location: location
    tags: tags
  }
}

module monitoring 'monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: {
    workspaceName: 'log-${token}'
    componentName: 'appi-${token}'
    location: location
    tags: tags
    dailyCapGb: dailyCapGb
  }
}

module storage 'storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    name: 'st${token}'
    location: location
    tags: tags
    hostingPlan: hostingPlan
    principalId: identity.outputs.principalId
  }
}

module secrets 'secrets.bicep' = {
  name: 'secrets'
  scope: group
  params: {
    name: 'kv-${token}'
    location: location
    tags: tags
    readerPrincipalId: identity.outputs.principalId
    officerPrincipalId: principalId
    officerPrincipalType: principalType
    supabaseServiceRoleKey: supabaseServiceRoleKey
    databaseUrl: databaseUrl
  }
}

module functionApp 'function-app.bicep' = {
  name: 'function-app'
  scope: group
  params: {
    appName: 'func-${token}'
    planName: 'asp-${token}'
    location: location
    tags: tags
    hostingPlan: hostingPlan
    alwaysReadyInstances: alwaysReadyInstances
    identityName: identity.outputs.name
    storageName: storage.outputs.name
    deploymentContainerUrl: storage.outputs.deploymentContainerUrl
    applicationInsightsName: monitoring.outputs.componentName
    supabaseUrl: supabaseUrl
    supabaseKeySecretUri: secrets.outputs.supabaseKeySecretUri
    databaseUrlSecretUri: useDatabaseUrl ? secrets.outputs.databaseUrlSecretUri : ''
    settings: settings
  }
}

module alerts 'alerts.bicep' = {
  name: 'alerts'
  scope: group
  params: {
    workspaceId: monitoring.outputs.workspaceId
    location: location
    tags: tags
    email: alertEmail
  }
}

output AZURE_LOCATION string = location
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_FUNCTION_APP_NAME string = functionApp.outputs.name
output AZURE_KEY_VAULT_NAME string = secrets.outputs.name
