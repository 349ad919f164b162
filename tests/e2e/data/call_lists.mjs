// Every method that the two existing web applications call, each under the name that the application uses.

const names = (text) => text.trim().split('\n').flatMap((line) => {
  const [service, ...methods] = line.trim().split(/\s+/);
  return methods.map((method) => `${service}/${method}`);
});

export const octaneWebR = names(`
  ApiChangeManager update
  ApiDBMaterialManager getCategories getMaterials getMaterialPreview downloadMaterial
  ApiDBMaterialManager_DBCategoryArray getCount getCategory
  ApiDBMaterialManager_DBMaterialArray getCount1 getMaterial
  ApiInfo octaneVersion
  ApiItem attrInfo collapse destroy expand getByAttrID getValueByAttrID hasAttr isGraph name outType position setPosition
  ApiItem setByAttrID setValueByAttrID
  ApiItemArray get size
  ApiLocalDB root
  ApiLocalDB_Category name package packageCount subCategory subCategoryCount
  ApiLocalDB_Package hasThumbnail loadPackage name1
  ApiNode connectToIx connectedNode connectedNodeIx create getPinValueByPinID info pinCount pinInfoIx setPinValueByPinID
  ApiNodeGraph copyFrom2 copyItemTree getOwnedItems groupItems info1 ungroup
  ApiNodePinInfoEx getApiNodePinInfo
  ApiProjectManager loadProject resetProject rootNodeGraph saveProject saveProjectAs saveProjectAsReferencePackage
  ApiRenderEngine clayMode continueRendering getDeviceCount getDeviceName getGeometryStatistics getMemoryUsage getRenderRegion
  ApiRenderEngine getRenderStatistics getRenderTargetNode getResourceStatistics getSubSampleMode getTexturesStatistics
  ApiRenderEngine grabRenderResult pauseRendering pick pickWhitePoint releaseRenderResult restartRendering saveImage1
  ApiRenderEngine saveRenderPasses1 setClayMode setRenderPriority setRenderRegion setRenderTargetNode setSubSampleMode
  ApiRenderEngine stopRendering
  LiveLink GetCamera SetCamera`);

export const octaneWeb = names(`
  ApiChangeManager update
  ApiItem attrInfo destroy getByAttrID isGraph name outType setByAttrID
  ApiItemArray get size
  ApiNode connectToIx connectedNodeIx create destinationNodes info pinCount pinInfoIx pinLabelIx pinTypeIx
  ApiNodeArray get1 size1
  ApiNodeGraph getOwnedItems info1
  ApiNodePinInfoEx getApiNodePinInfo
  ApiProjectManager getCurrentProject loadProject resetProject rootNodeGraph saveProject saveProjectAs
  ApiProjectManager saveProjectAsReferencePackage unpackPackage
  ApiRenderCloudManager newRenderTask uploadCurrentProject userSubscriptionInfo
  ApiRenderEngine continueRendering pauseRendering restartRendering stopRendering setRenderPriority
  LiveLink GetCamera SetCamera GetMeshes GetMesh`);

// What pages of octaneWeb call although no release has it.
export const inNoRelease = names(`
  ApiSceneOutliner setNodeVisibility
  ApiChangeManager create
  ApiNodeGraphEditor enableMaterialRender disableMaterialRender
  octane render`);
