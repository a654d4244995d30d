// The app's identity. User-assigned, so that it holds its roles before the app starts for the first time: a
// system-assigned one would start the app with a key vault reference that it may not read yet.
param name string
param location string
param tags object

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: name
  location: location
  tags: tags
}

output name string = identity.name
output principalId string = identity.properties.principalId
