// The key vault with the Supabase service key or the database's URL, which may do everything in the database: they are in no app
// setting, no deployment output and no pipeline.
param name string
param location string
param tags object

@description('The app\'s identity: reads secrets.')
param readerPrincipalId string

@description('Who may set secrets. Empty: nobody.')
param officerPrincipalId string
param officerPrincipalType string

@description('Empty: the secret is left as it is.')
@secure()
param supabaseServiceRoleKey string

@description('Empty: the secret is left as it is.')
@secure()
param databaseUrl string

var secretName = 'supabase-service-role-key'
var databaseUrlSecretName = 'database-url'
var secretsUserRole = '4633458b-17de-408a-b874-0445c86b69e6'
var secretsOfficerRole = 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
  }

  resource supabaseKey 'secrets' = if (!empty(supabaseServiceRoleKey)) {
    name: secretName
    properties: {
      value: supabaseServiceRoleKey
    }
  }

  resource database 'secrets' = if (!empty(databaseUrl)) {
    name: databaseUrlSecretName
    properties: {
      value: databaseUrl
    }
  }
}

resource reader 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, readerPrincipalId, secretsUserRole)
  scope: vault
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsUserRole)
    principalId: readerPrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource officer 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(officerPrincipalId)) {
  name: guid(vault.id, officerPrincipalId, secretsOfficerRole)
  scope: vault
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsOfficerRole)
    principalId: officerPrincipalId
    principalType: officerPrincipalType
  }
}

output name string = vault.name
// Without a version: the app follows a rotated key.
output supabaseKeySecretUri string = '${vault.properties.vaultUri}secrets/${secretName}'
output databaseUrlSecretUri string = '${vault.properties.vaultUri}secrets/${databaseUrlSecretName}'
