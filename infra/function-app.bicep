// The function app and its plan: Flex Consumption on Linux, or classic Consumption (Y1) on Windows.
param appName string
param planName string
param location string
param tags object

@allowed(['flex', 'classic'])
param hostingPlan string
param identityName string
param storageName string
param deploymentContainerUrl string
param applicationInsightsName string

@description('Empty: the app connects to PostgreSQL itself.')
param supabaseUrl string

@description('Uri of the secret that holds the service key.')
param supabaseKeySecretUri string

@description('Uri of the secret that holds the URL of the database. Empty: the app goes through the REST API.')
param databaseUrlSecretUri string

@description('Further settings of the app by their names; what is empty is left out.')
param settings object

@description('Instances that are kept for the poll. 0: the poll every 10 s keeps one warm by itself, and costs less.')
@minValue(0)
@maxValue(1)
param alwaysReadyInstances int

var flex = hostingPlan == 'flex'

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' existing = {
  name: identityName
}

resource storage 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: storageName
}

resource applicationInsights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: applicationInsightsName
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: flex ? { name: 'FC1', tier: 'FlexConsumption' } : { name: 'Y1', tier: 'Dynamic' }
  properties: {
    reserved: flex // Linux
  }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: appName
  location: location
  tags: union(tags, { 'azd-service-name': 'worker' })
  kind: flex ? 'functionapp,linux' : 'functionapp'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identity.id
    functionAppConfig: flex ? flexConfig : null
    siteConfig: {
      minTlsVersion: '1.2'
      ftpsState: 'Disabled'
      ...(flex ? {} : classicConfig)
    }
  }

  // All of them are written anew each time: what was set by hand is gone then.
  resource configuration 'config' = {
    name: 'appsettings'
    properties: { ...appSettings, ...store, ...given, ...(flex ? {} : classicSettings) }
  }

  // Deployment is by Microsoft Entra identity alone, never by a publishing password.
  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: {
      allow: false
    }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: {
      allow: false
    }
  }
}

// One instance is always enough: the host runs a timer on one instance at a time (a lock in its storage), and a busier
// queue is drained by larger batches (Queue__BatchSize), not by more instances.
var flexConfig = {
  runtime: {
    name: 'dotnet-isolated'
    version: '10.0'
  }
  scaleAndConcurrency: {
    instanceMemoryMB: 512
    // The lowest limit that Flex took for long (later 1): a ceiling that a timer never reaches.
    maximumInstanceCount: 40
    // Flex runs each timer function on instances of its own.
    alwaysReady: alwaysReadyInstances == 0
      ? []
      : [
          {
            name: 'function:ProcessQueue'
            instanceCount: alwaysReadyInstances
          }
        ]
  }
  deployment: {
    storage: {
      type: 'blobContainer'
      value: deploymentContainerUrl
      authentication: {
        type: 'UserAssignedIdentity'
        userAssignedIdentityResourceId: identity.id
      }
    }
  }
}

var classicConfig = {
  netFrameworkVersion: 'v10.0'
  use32BitWorkerProcess: false
  functionAppScaleLimit: 1
}

var appSettings = {
  AzureWebJobsStorage__accountName: storage.name
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identity.properties.clientId
  // "/" is the host's own page, and tells strangers what runs here.
  AzureWebJobsDisableHomepage: 'true'
  APPLICATIONINSIGHTS_CONNECTION_STRING: applicationInsights.properties.ConnectionString
  // The host resolves %PROCESS_QUEUE_SCHEDULE% before the app runs: a default in the app's code would come too late.
  PROCESS_QUEUE_SCHEDULE: '*/10 * * * * *'
  HEALTH_SCHEDULE: '0 */5 * * * *'
  PRUNE_SCHEDULE: '0 30 * * * *'
}

// The URL of the database wins where both are set: only what is used is set at all.
var store = empty(databaseUrlSecretUri)
  ? {
      SUPABASE_URL: supabaseUrl
      SUPABASE_SERVICE_ROLE_KEY: '@Microsoft.KeyVault(SecretUri=${supabaseKeySecretUri})'
    }
  : { DATABASE_URL: '@Microsoft.KeyVault(SecretUri=${databaseUrlSecretUri})' }

var given = toObject(filter(items(settings), one => !empty(one.value)), one => one.key, one => one.value)

// What the flex plan knows from functionAppConfig, and the file share that only the classic plan has.
var classicSettings = {
  FUNCTIONS_EXTENSION_VERSION: '~4'
  FUNCTIONS_WORKER_RUNTIME: 'dotnet-isolated'
  WEBSITE_RUN_FROM_PACKAGE: '1'
  WEBSITE_USE_PLACEHOLDER_DOTNETISOLATED: '1'
  WEBSITE_CONTENTSHARE: toLower(appName)
  WEBSITE_CONTENTAZUREFILECONNECTIONSTRING: join(
    [
      'DefaultEndpointsProtocol=https'
      'AccountName=${storage.name}'
      'AccountKey=${storage.listKeys().keys[0].value}'
      'EndpointSuffix=${environment().suffixes.storage}'
    ],
    ';'
  )
}

output name string = app.name
